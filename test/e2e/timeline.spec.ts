import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureSize } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

interface Stretch {
  readonly from: string;
  readonly to: string;
}

interface Timeline {
  readonly ranges: readonly Stretch[];
  readonly gaps: readonly (Stretch & { readonly reason: string })[];
  readonly sessions: readonly { readonly id: string; readonly state: string }[];
  readonly recordedMs: number;
}

const withFfmpeg = itWith('ffmpeg');
const secondsOf = ({ from, to }: Stretch): number => (Date.parse(to) - Date.parse(from)) / 1000;

/** A publisher that vanishes and returns, and later another session. @returns when it began */
async function recordTwoSessions(server: TestServer): Promise<Date> {
  const media = await makeMedia({ seconds: 6 });
  const urls = [server.url('/whip/cam')];
  const began = new Date(Date.now() - 1000);
  const vanishing = await Publisher.start('datachannel', { urls, media, quiet: true });
  await pause(5000);
  await vanishing.kill();
  const isAway = async (): Promise<boolean> =>
    (await timelineSince(server, began)).gaps.some(({ reason }) => reason === 'publisher-away');
  await until(isAway, 'the timeline shows that the publisher is away');
  await using returning = await Publisher.start('datachannel', { urls, media, quiet: true });
  await returning.ended();
  await until(() => isFinished(server, 'cam'), 'the first session is over');
  await pause(2000);
  await using another = await Publisher.start('datachannel', { urls, media, quiet: true });
  await pause(3000);
  await another.end();
  await until(() => isFinished(server, 'cam'), 'the second session is over');
  return began;
}

function timelineSince(server: TestServer, from: Date): Promise<Timeline> {
  const to = new Date(from.getTime() + 600_000);
  return server
    .get<Timeline>(`/api/v1/streams/cam/timeline?from=${from.toISOString()}&to=${to.toISOString()}&resolution=1`)
    .catch(() => ({ ranges: [], gaps: [], sessions: [], recordedMs: 0 }));
}

withFfmpeg('a timeline shows ranges, why there is nothing between them, and pictures', async () => {
  await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' } });
  const began = await recordTwoSessions(server);

  const { ranges, gaps, sessions, recordedMs } = await timelineSince(server, began);

  expect(sessions.map(({ state }) => state)).toEqual(['completed', 'completed']);
  expect(ranges).toHaveLength(3);
  const [away, between] = gaps.filter(({ from }) => Date.parse(from) > began.getTime() + 3000);
  expect([away?.reason, between?.reason]).toEqual(['publisher-away', 'not-recorded']);
  expect(away && secondsOf(away)).toBeGreaterThan(3);
  expect(away && secondsOf(away)).toBeLessThan(20);
  expect(recordedMs).toBeGreaterThan(10_000);
  expect(recordedMs).toBeLessThan(16_000);

  const [first, , last] = ranges;
  const picture = (what: string, at: string, headers = {}): Promise<Response> =>
    fetch(server.url(`/api/v1/streams/cam/${what}?at=${at}`), { headers });
  const inFirst = new Date(Date.parse(first?.from ?? '') + 3000).toISOString();
  const thumbnail = await picture('thumbnail', inFirst);
  expect(thumbnail.status).toBe(200);
  expect(thumbnail.headers.get('content-type')).toBe('image/jpeg');
  expect(thumbnail.headers.get('cache-control')).toContain('immutable');
  expect(await pictureSize(await thumbnail.bytes())).toBe('240x134');
  const etag = thumbnail.headers.get('etag') ?? '';
  expect((await picture('thumbnail', inFirst, { 'if-none-match': etag })).status).toBe(304);
  const keyFrame = await picture('keyframe', inFirst);
  expect(keyFrame.headers.get('content-type')).toMatch(/^video\/mp4; codecs="avc1\.[0-9A-Fa-f]{6}"$/);
  expect(await pictureSize(await keyFrame.bytes())).toBe('640x360');
  const nothing = await picture('thumbnail', new Date(Date.parse(away?.from ?? '') + 1000).toISOString());
  expect(nothing.status).toBe(404);
  const { code, recordedBefore } = (await nothing.json()) as { code: string; recordedBefore: string };
  expect(code).toBe('nothing-recorded-in-range');
  // Both are whole milliseconds of an end between two.
  expect(Math.abs(Date.parse(recordedBefore) - Date.parse(first?.to ?? ''))).toBeLessThanOrEqual(1);

  const inLast = new Date(Date.parse(last?.from ?? '') + 500).toISOString();
  expect((await picture('thumbnail', inLast)).status).toBe(200);
  const folder = join(server.folder, 'data/thumbnails');
  expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jpg'))).toHaveLength(2);
  const deletion = server.url(`/api/v1/sessions/${sessions[1]?.id ?? ''}?removeObjects=true`);
  expect((await fetch(deletion, { method: 'DELETE' })).status).toBe(200);
  expect((await timelineSince(server, began)).ranges).toHaveLength(2);
  expect((await picture('thumbnail', inLast)).status).toBe(410);
  expect(await readdir(folder)).toEqual([]);

  await server.terminate();
  await server.start({ PATH: '/nowhere' });
  const unavailable = await picture('thumbnail', inFirst);
  expect(unavailable.status).toBe(503);
  expect(await unavailable.json()).toMatchObject({ code: 'thumbnails-unavailable' });
  expect((await picture('keyframe', inFirst)).status).toBe(200);
});
