import { RecordingDeletionService } from '../../src/modules/index/deletion/recording-deletion.service.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentClosed,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const NOON = START.getTime();
const SECOND = 1000;
const HOUR = 3_600_000;
const NEXT_DAY = 'cam/2026/11/21';

const at = (ms: number): string => new Date(NOON + ms).toISOString();

async function view({ app }: IndexFixture, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${await app.getUrl()}/play/${path}`, init);
}

async function text(fixture: IndexFixture, path: string): Promise<string> {
  const response = await view(fixture, path);
  expect(response.status).toBe(200);
  return response.text();
}

/** Two sessions of a day, the second of which goes on in the next day's directory after a gap of an hour, and in another size. */
async function recorded(): Promise<IndexFixture> {
  const fixture = await startIndex({ AIRCHECK_PLAYBACK_MAX_RANGE_HOURS: '8784' });
  const { index } = fixture;
  await record(fixture, { segments: [1, 2, 3] });
  await index.setSessionState('s1', { state: 'completed', endedAt: new Date(NOON + 18 * SECOND) });
  await record(fixture, { id: 's2', startedAt: new Date(NOON + 60 * SECOND), segments: [4, 5] });
  const directory = NEXT_DAY;
  await index.commitTrack('s2', recordedTrack('v2', { directory, width: 640, height: 360 }));
  for (const number of [1, 2]) {
    const startMs = HOUR + number * 6 * SECOND;
    await index.commitSegment(
      segmentClosed(number, { sessionId: 's2', directory, startMs, period: 1, trackIds: ['v2'] }),
    );
  }
  await index.setSessionState('s2', { state: 'completed', endedAt: new Date(NOON + 2 * HOUR) });
  return fixture;
}

const uris = (playlist: string): string[] =>
  playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

it('shows a range over sessions, days and a change of size, as it was recorded', async () => {
  await using fixture = await recorded();
  const query = `from=${at(7 * SECOND)}&to=${at(2 * HOUR)}`;

  const playlist = await text(fixture, `cam/video.m3u8?${query}`);
  const mpd = await text(fixture, `cam/manifest.mpd?${query}`);

  expect(uris(playlist)).toEqual([
    '../../api/record/object/cam/2026/11/20/seg_0002.m4s',
    '../../api/record/object/cam/2026/11/20/seg_0003.m4s',
    '../../api/record/object/cam/2026/11/20/seg_0004.m4s',
    '../../api/record/object/cam/2026/11/20/seg_0005.m4s',
    '../../api/record/object/cam/2026/11/21/seg_0001.m4s',
    '../../api/record/object/cam/2026/11/21/seg_0002.m4s',
  ]);
  expect(playlist.match(/#EXT-X-MAP:URI=.*|#EXT-X-DISCONTINUITY$|#EXT-X-PROGRAM.*/gm)).toEqual([
    '#EXT-X-MAP:URI="../../api/record/object/cam/2026/11/20/init.m4s"',
    `#EXT-X-PROGRAM-DATE-TIME:${at(6 * SECOND)}`,
    '#EXT-X-DISCONTINUITY',
    '#EXT-X-MAP:URI="../../api/record/object/cam/2026/11/20/init.m4s"',
    `#EXT-X-PROGRAM-DATE-TIME:${at(60 * SECOND)}`,
    '#EXT-X-DISCONTINUITY',
    '#EXT-X-MAP:URI="../../api/record/object/cam/2026/11/21/init_0002.m4s"',
    `#EXT-X-PROGRAM-DATE-TIME:${at(HOUR + 66 * SECOND)}`,
  ]);
  expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
  expect(playlist).toContain('#EXT-X-START:TIME-OFFSET=1.000,PRECISE=YES');
  expect(await text(fixture, `cam/index.m3u8?${query}`)).not.toContain('#EXT-X-START');
  expect(playlist.trimEnd().endsWith('#EXT-X-ENDLIST')).toBe(true);
  expect(mpd).toContain('type="static"');
  expect(mpd.match(/<Period [^>]*/g)).toEqual([
    `<Period id="p${String(NOON + 6 * SECOND)}" start="PT0S" duration="PT12S"`,
    `<Period id="p${String(NOON + 60 * SECOND)}" start="PT12S" duration="PT12S"`,
    `<Period id="p${String(NOON + HOUR + 66 * SECOND)}" start="PT3618S"`,
  ]);
  expect(mpd).toContain('media="../../api/record/object/cam/2026/11/21/seg_$Number%04d$.m4s"');
});

it('gives what stands in for sound that another day has', async () => {
  await using fixture = await recorded();
  const playlist = await text(fixture, `cam/audio.m3u8?from=${at(0)}&to=${at(2 * HOUR)}`);

  const fillers = uris(playlist).slice(-2);

  expect(fillers).toEqual([
    '../../api/record/object/cam/2026/11/21/audio_filler_from_s2_6000_0001.m4s',
    '../../api/record/object/cam/2026/11/21/audio_filler_from_s2_6000_0002.m4s',
  ]);
  const filler = await fetch(new URL(fillers[0] ?? '', `${await fixture.app.getUrl()}/play/cam/audio.m3u8`));
  expect(filler.status).toBe(200);
  expect(filler.headers.get('content-type')).toBe('audio/mp4');
});

it('leads from the multivariant playlist to the same range', async () => {
  await using fixture = await recorded();

  const playlist = await text(fixture, `cam/index.m3u8?from=2026-11-20T13:00:00%2B01:00&to=${at(18 * SECOND)}`);

  expect(uris(playlist)).toEqual([`video.m3u8?from=${at(0)}&to=${at(18 * SECOND)}`]);
  expect(playlist).toContain(`URI="audio.m3u8?from=${at(0)}&to=${at(18 * SECOND)}"`);
});

it('shows a session', async () => {
  await using fixture = await recorded();

  const playlist = await text(fixture, 'cam/video.m3u8?session=s1');

  expect(uris(playlist)).toHaveLength(3);
  expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
});

it('is named by the session', async () => {
  await using fixture = await recorded();
  const url = await fixture.app.getUrl();

  const session = (await (await fetch(`${url}/api/v1/sessions/s1`)).json()) as {
    playback: Record<'dash' | 'hls', string>;
  };

  expect(session.playback).toEqual({
    dash: '/play/cam/manifest.mpd?session=s1',
    hls: '/play/cam/index.m3u8?session=s1',
    mp4: '/play/cam/clip.mp4?session=s1',
  });
  expect((await fetch(url + session.playback.dash)).status).toBe(200);
});

describe('what grows', () => {
  it('is live from its beginning on, and ends', async () => {
    await using fixture = await recorded();
    const { index, manifests } = fixture;
    await record(fixture, { id: 's3', startedAt: new Date(NOON + 3 * HOUR), directory: 'live', segments: [1, 2] });
    manifests.setLive('live', true, () => NOON + 3 * HOUR + 20 * SECOND);
    const path = `cam/video.m3u8?from=${at(3 * HOUR)}`;

    const growing = await text(fixture, path);
    const mpd = await text(fixture, `cam/manifest.mpd?session=s3`);
    await index.commitSegment(segmentClosed(3, { sessionId: 's3', directory: 'live', startMs: 12 * SECOND }));
    const grown = await text(fixture, path);
    await index.setSessionState('s3', { state: 'completed', endedAt: new Date(NOON + 4 * HOUR) });
    manifests.setLive('live', false);
    const ended = await text(fixture, path);

    expect(growing).toContain('#EXT-X-PLAYLIST-TYPE:EVENT');
    expect(growing).not.toContain('ENDLIST');
    expect(mpd).toContain('type="dynamic"');
    expect(mpd).toContain(`availabilityStartTime="${at(3 * HOUR)}"`);
    expect(mpd).toContain(
      `<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="${at(3 * HOUR + 20 * SECOND)}"/>`,
    );
    expect(grown.startsWith(growing)).toBe(true);
    expect(uris(grown)).toHaveLength(3);
    expect(ended.replace('#EXT-X-INDEPENDENT-SEGMENTS\n', '')).toBe(`${grown}#EXT-X-ENDLIST\n`);
    expect(await text(fixture, `cam/manifest.mpd?session=s3`)).toContain('type="static"');
  });

  it('does not concern a range that is over', async () => {
    await using fixture = await recorded();
    await record(fixture, { id: 's3', startedAt: new Date(NOON + 3 * HOUR), directory: 'live', segments: [1, 2] });
    fixture.manifests.setLive('live', true);

    const playlist = await text(fixture, `cam/video.m3u8?from=${at(0)}&to=${at(3 * HOUR + 6 * SECOND)}`);

    expect(uris(playlist)).toHaveLength(8);
    expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
    expect(playlist).toContain('#EXT-X-ENDLIST');
  });

  it('is seen through a window that moves', async () => {
    await using fixture = await startIndex();
    const { index, manifests } = fixture;
    const startedAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 60 * SECOND);
    let nowMs = startedAt.getTime() + 60 * SECOND;
    await record(fixture, { startedAt, segments: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
    manifests.setLive(DIRECTORY, true, () => nowMs);

    const before = await text(fixture, 'cam/video.m3u8?dvr=30');
    const mpdBefore = await text(fixture, 'cam/manifest.mpd?dvr=30');
    nowMs += 12 * SECOND;
    await index.commitSegment(segmentClosed(11, { startMs: 60 * SECOND }));
    await index.commitSegment(segmentClosed(12, { startMs: 66 * SECOND }));
    const after = await text(fixture, 'cam/video.m3u8?dvr=30');
    const mpdAfter = await text(fixture, 'cam/manifest.mpd?dvr=30');

    expect(before).not.toContain('PLAYLIST-TYPE');
    expect(uris(before).map((uri) => uri.slice(-8, -4))).toEqual(['0006', '0007', '0008', '0009', '0010']);
    expect(uris(after).map((uri) => uri.slice(-8, -4))).toEqual(['0008', '0009', '0010', '0011', '0012']);
    expect(sequence(after)).toBe(sequence(before) + 2);
    expect(mpdBefore).toContain('timeShiftBufferDepth="PT30S"');
    expect(mpdBefore).toContain('availabilityStartTime="1970-01-01T00:00:00.000Z"');
    expect(mpdAfter.match(/<Period [^>]*/g)).toEqual(mpdBefore.match(/<Period [^>]*/g));
    expect(mpdAfter).toContain('startNumber="8"');
  });

  it('keeps its places when a session in the middle is deleted', async () => {
    await using fixture = await startIndex({ AIRCHECK_PLAYBACK_MAX_RANGE_HOURS: '8784' });
    const { app, index, manifests } = fixture;
    await record(fixture, { segments: [1, 2] });
    await index.setSessionState('s1', { state: 'completed', endedAt: new Date(NOON + 12 * SECOND) });
    await record(fixture, { id: 's2', startedAt: new Date(NOON + 60 * SECOND), segments: [3, 4, 5] });
    await index.setSessionState('s2', { state: 'completed', endedAt: new Date(NOON + 78 * SECOND) });
    await record(fixture, { id: 's3', startedAt: new Date(NOON + 120 * SECOND), segments: [6, 7] });
    manifests.setLive(DIRECTORY, true, () => NOON + 140 * SECOND);
    const paths = [`../api/record/object/${DIRECTORY}/video.m3u8`, `cam/video.m3u8?from=${at(0)}`];
    const mpdPaths = paths.map((path) => path.replace('video.m3u8', 'manifest.mpd'));
    const read = (wanted: readonly string[]) => Promise.all(wanted.map((path) => text(fixture, path)));
    const before = await read(paths);
    const mpdsBefore = await read(mpdPaths);

    await app.get(RecordingDeletionService).deleteSessions(['s2'], true);
    await index.commitSegment(segmentClosed(8, { sessionId: 's3', startMs: 12 * SECOND }));
    await manifests.publish(DIRECTORY);

    for (const [i, after] of (await read(paths)).entries()) {
      expect(uris(after).slice(0, -1)).toEqual(uris(before[i] ?? ''));
      expect(after.match(/(?<=#EXT-X-GAP\n).*/g)?.map((uri) => uri.slice(-12))).toEqual(
        [3, 4, 5].map((number) => `seg_000${number}.m4s`),
      );
      expect(after.match(/#EXT-X-(?:VERSION|MEDIA-SEQUENCE|PLAYLIST-TYPE).*|#EXT-X-DISCONTINUITY$/gm)).toEqual([
        ...['#EXT-X-VERSION:8', '#EXT-X-MEDIA-SEQUENCE:0'],
        ...['#EXT-X-DISCONTINUITY', '#EXT-X-DISCONTINUITY'],
      ]);
      expect(after.match(/#EXT-X-PROGRAM.*/g)).toEqual(before[i]?.match(/#EXT-X-PROGRAM.*/g));
    }
    for (const [i, after] of (await read(mpdPaths)).entries()) {
      const [first, , last] = mpdsBefore[i]?.match(/<Period [^>]*/g) ?? [];
      expect(after.match(/<Period [^>]*/g)).toEqual([first, last]);
    }
  });

  it('counts its places anew for who comes after a session in the middle was deleted', async () => {
    await using fixture = await startIndex({ AIRCHECK_PLAYBACK_MAX_RANGE_HOURS: '8784' });
    const { app, index, manifests } = fixture;
    const nowMs = Math.floor(Date.now() / SECOND) * SECOND;
    const ago = (seconds: number): Date => new Date(nowMs - seconds * SECOND);
    await record(fixture, { startedAt: ago(50), segments: [1, 2] });
    await index.setSessionState('s1', { state: 'completed', endedAt: ago(38) });
    await record(fixture, { id: 's2', startedAt: ago(38), segments: [3, 4] });
    await index.setSessionState('s2', { state: 'completed', endedAt: ago(26) });
    await record(fixture, { id: 's3', startedAt: ago(26), segments: [5, 6] });
    manifests.setLive(DIRECTORY, true, () => nowMs);
    const folders = [`../api/record/object/${DIRECTORY}/`, 'cam/', 'cam/'];
    const paths = ['', `?from=${ago(60).toISOString()}`, '?dvr=300'].map(
      (query, i) => [folders[i] ?? '', query] as const,
    );
    const named = (multivariant: string) => uris(multivariant)[0] ?? '';
    for (const [folder, query] of paths) {
      expect(named(await text(fixture, `${folder}index.m3u8${query}`))).toBe(`video.m3u8${query}`);
      await text(fixture, `${folder}video.m3u8${query}`);
    }

    await app.get(RecordingDeletionService).deleteSessions(['s2'], true);
    await manifests.publish(DIRECTORY);

    for (const [folder, query] of paths) {
      const isDirectory = query === '';
      const multivariant = await text(fixture, `${folder}index.m3u8${query}`);
      const name = named(multivariant);
      expect(name.replace(/\d+$/, '')).toBe(`video.m3u8${query}${isDirectory ? '?' : '&'}places=`);
      expect(multivariant).toContain(`URI="${name.replace('video', 'audio')}"`);
      const fresh = await view(fixture, folder + name);
      const watched = await view(fixture, `${folder}video.m3u8${query}`);
      const unknown = await view(fixture, (folder + name).replace(/\d+$/, '12'));
      expect([fresh.status, watched.status, unknown.status]).toEqual([200, 200, 200]);
      expect(fresh.headers.get('etag')).not.toBe(watched.headers.get('etag'));
      const [freshText, watchedText] = await Promise.all([fresh.text(), watched.text()]);
      expect(freshText).not.toContain('GAP');
      expect(freshText.match(/#EXT-X-DISCONTINUITY$/gm)).toHaveLength(1);
      expect(uris(freshText).map((uri) => uri.slice(-6, -4))).toEqual(['01', '02', '05', '06']);
      expect(watchedText.match(/GAP/g)).toHaveLength(2);
      expect(await unknown.text()).toBe(watchedText);
    }
    const [folder = ''] = paths[0] ?? [];
    const name = named(await text(fixture, `${folder}index.m3u8`));
    manifests.setLive(DIRECTORY, false);
    await manifests.publish(DIRECTORY);
    expect(await text(fixture, folder + name)).toBe(await text(fixture, `${folder}video.m3u8`));
    expect(named(await text(fixture, `${folder}index.m3u8`))).toBe('video.m3u8');
  });
});

const sequence = (playlist: string): number => Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1]);

it('answers conditions and HEAD', async () => {
  await using fixture = await recorded();
  const path = 'cam/manifest.mpd?session=s1';
  const first = await view(fixture, path);
  const etag = first.headers.get('etag') ?? '';

  const same = await view(fixture, path, { headers: { 'if-none-match': etag } });
  const since = await view(fixture, path, {
    headers: { 'if-modified-since': new Date(Date.now() + HOUR).toUTCString() },
  });
  const head = await view(fixture, path, { method: 'HEAD' });
  const other = await view(fixture, path, { headers: { 'if-match': '"other"' } });

  expect(Object.fromEntries(first.headers)).toMatchObject({
    'content-type': 'application/dash+xml',
    'cache-control': 'no-cache',
    'last-modified': expect.any(String) as string,
  });
  expect([same.status, since.status, head.status, other.status]).toEqual([304, 304, 200, 412]);
  expect(await head.text()).toBe('');
});

it('shows what was deleted no more', async () => {
  await using fixture = await recorded();
  const path = `cam/video.m3u8?from=${at(0)}&to=${at(2 * HOUR)}`;
  expect(uris(await text(fixture, path))).toHaveLength(7);

  await fixture.app.get(RecordingDeletionService).deleteSessions(['s1'], true);

  expect(uris(await text(fixture, path))).toHaveLength(4);
  for (const gone of ['video.m3u8', 'manifest.mpd']) {
    const response = await view(fixture, `cam/${gone}?session=s1`);
    expect([response.status, await response.json()]).toMatchObject([410, { code: 'range-gone', reason: 'deleted' }]);
    expect((await view(fixture, `other/${gone}?session=s1`)).status).toBe(404);
  }
});

describe('refuses', () => {
  let fixture: IndexFixture;

  beforeAll(async () => {
    fixture = await recorded();
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  it.each([
    ['cam/manifest.mpd?from=yesterday', 400, 'input-invalid'],
    ['cam/manifest.mpd?to=2026-11-20T12:00:00Z', 400, 'input-invalid'],
    [`cam/manifest.mpd?from=${at(0)}&session=s1`, 400, 'input-invalid'],
    ['cam/manifest.mpd?dvr=5', 400, 'input-invalid'],
    ['.cam/manifest.mpd', 400, 'stream-name-invalid'],
    [`cam/manifest.mpd?from=${at(1)}&to=${at(0)}`, 400, 'range-invalid'],
    ['cam/manifest.mpd?from=2999-01-01T00:00:00Z', 400, 'range-in-future'],
    ['nobody/manifest.mpd', 404, 'stream-not-recorded'],
    ['cam/index.m3u8?session=nobody', 404, 'recording-session-not-found'],
    [`cam/index.m3u8?from=${at(20 * SECOND)}&to=${at(30 * SECOND)}`, 404, 'nothing-recorded-in-range'],
    [`cam/audio.m3u8?from=${at(2 * HOUR - 1)}&to=${at(2 * HOUR)}`, 404, 'nothing-recorded-in-range'],
  ])('%s', async (path, status, code) => {
    const response = await view(fixture, path);

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });
});

it('has a playlist of the key frames of what is finished', async () => {
  await using fixture = await recorded();
  const query = `from=${at(7 * SECOND)}&to=${at(2 * HOUR)}`;

  const variants = await text(fixture, `cam/index.m3u8?${query}`);
  const [, uri = ''] =
    /#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=\d+,CODECS="avc1[^"]*",RESOLUTION=\d+x\d+,URI="(.*)"/.exec(variants) ?? [];
  const playlist = await text(fixture, `cam/${uri}`);

  expect(playlist).toContain('#EXT-X-I-FRAMES-ONLY\n');
  expect(playlist).toContain('#EXT-X-ENDLIST\n');
  expect(playlist.match(/#EXT-X-DISCONTINUITY\n#EXT-X-MAP/g)).toHaveLength(2);
  expect(uris(playlist).map((one) => one.replace('../../api/record/object/cam/2026/11/', ''))).toEqual([
    ...['20/keyframe_0002.m4s', '20/keyframe_0003.m4s', '20/keyframe_0004.m4s', '20/keyframe_0005.m4s'],
    ...['21/keyframe_0001.m4s', '21/keyframe_0002.m4s'],
  ]);
});
