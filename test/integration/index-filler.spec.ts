import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cmaf, encodeRepeated } from '../../src/media/containers/index.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import {
  DIRECTORY,
  recordedTrack,
  segmentClosed,
  sessionInput,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const KEY_FRAME = Uint8Array.of(0, 0, 0, 4, 0x65, 1, 2, 3);
const SILENCE = Uint8Array.of(0xfc, 0xff, 0xfe);
/** Both kinds, then pictures alone, then sound alone. */
const TRACKS = [['v1', 'a1'], ['v1'], ['a1']] as const;

let fixture: IndexFixture;

beforeAll(async () => {
  fixture = await startIndex();
  await recordMixed(fixture);
});

async function recordMixed({ index, storage, manifests }: IndexFixture): Promise<void> {
  await index.openSession(sessionInput());
  await index.commitTrack('s1', recordedTrack('v1'));
  await index.commitTrack('s1', recordedTrack('a1'));
  for (const [position, trackIds] of TRACKS.entries()) {
    const closed = segmentClosed(position + 1, { startMs: position * 6000, period: position, trackIds });
    const objects = await Promise.all(
      closed.objects.map(async (object) => {
        const { kind, startTicks, durationTicks } = object;
        const bytes = encodeRepeated(cmaf, { kind, bytes: KEY_FRAME, count: 100, startTicks, durationTicks });
        await storage.put(parseObjectKey(object.objectKey), Buffer.from(bytes));
        return { ...object, sizeBytes: bytes.length };
      }),
    );
    await index.commitSegment({ ...closed, objects });
  }
  await index.setSessionState('s1', { state: 'completed' });
  await manifests.publish(DIRECTORY);
}

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

async function get(
  name: string,
  { app } = fixture,
): Promise<{ status: number; type: string | null; bytes: Uint8Array }> {
  const response = await fetch(`${await app.getUrl()}/api/record/object/${DIRECTORY}/${name}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get('content-type'), bytes };
}

/** Names behind a playlist's durations. */
async function playlistNames(name: string): Promise<string[]> {
  const text = new TextDecoder().decode((await get(name)).bytes);
  return text.split('\n').filter((line) => /^[^#].*m4s$/.test(line));
}

it('shows both kinds of media throughout', async () => {
  expect(await playlistNames('video.m3u8')).toEqual(['seg_0001.m4s', 'seg_0002.m4s', 'filler_0002_0003.m4s']);
  expect(await playlistNames('audio.m3u8')).toEqual([
    'audio_seg_0001.m4s',
    'audio_filler_0001_0002.m4s',
    'audio_seg_0003.m4s',
  ]);
});

it('makes silence for a segment without sound, as long as its pictures', async () => {
  const { status, type, bytes } = await get('audio_filler_0001_0002.m4s');

  expect([status, type]).toEqual([200, 'audio/mp4']);
  const wanted = { kind: 'audio', bytes: SILENCE, count: 300, startTicks: 288_000, durationTicks: 288_000 } as const;
  expect(bytes).toEqual(encodeRepeated(cmaf, wanted));
});

it('shows the last key frame over a segment without pictures, as long as its sound', async () => {
  const { status, type, bytes } = await get('filler_0002_0003.m4s');

  expect([status, type]).toEqual([200, 'video/mp4']);
  const wanted = { kind: 'video', bytes: KEY_FRAME, count: 1, startTicks: 1_080_000, durationTicks: 540_000 } as const;
  expect(bytes).toEqual(encodeRepeated(cmaf, wanted));
});

it('gives the key frame of a segment by itself, as long as the segment', async () => {
  const { status, type, bytes } = await get('keyframe_0002.m4s');

  expect([status, type]).toEqual([200, 'video/mp4']);
  const wanted = { kind: 'video', bytes: KEY_FRAME, count: 1, startTicks: 540_000, durationTicks: 540_000 } as const;
  expect(bytes).toEqual(encodeRepeated(cmaf, wanted));
  expect((await get('keyframe_0003.m4s')).status).toBe(404);
});

it('puts silence around recorded sound, whose bytes stay what they are', async () => {
  const recorded = await get('audio_seg_0003.m4s');
  const { status, type, bytes } = await get('audio_padded_2_3_0003.m4s');

  expect([status, type]).toEqual([200, 'audio/mp4']);
  const silence = (startTicks: number, count: number): Uint8Array =>
    encodeRepeated(cmaf, { kind: 'audio', bytes: SILENCE, count, startTicks, durationTicks: count * 960 });
  const wanted = [silence(576_000 - 1920, 2), recorded.bytes, silence(864_000, 3)];
  expect(Buffer.compare(bytes, Buffer.concat(wanted))).toBe(0);
});

it('makes the same of media that only the bucket has', async () => {
  const bucket = new MemoryStorageDriver();
  await using other = await startIndex({}, { bucket });
  await recordMixed(other);
  for await (const { key } of other.storage.list(DIRECTORY)) {
    if (!key.endsWith('.m4s')) continue;
    await bucket.put(key, await other.storage.get(key));
    await rm(join(other.root, key));
  }

  for (const name of ['filler_0002_0003.m4s', 'audio_filler_0001_0002.m4s', 'audio_padded_2_3_0003.m4s']) {
    expect(await get(name, other)).toEqual(await get(name));
  }
});

it('leaves no trace of it in storage or index', async () => {
  await get('filler_0002_0003.m4s');

  const keys: string[] = [];
  for await (const { key } of fixture.storage.list(DIRECTORY)) keys.push(key);
  expect(keys.filter((key) => key.includes('filler'))).toEqual([]);
});

it.each([
  ['what the segment has', 'filler_0001_0002.m4s'],
  ['a segment that is not there', 'audio_filler_0001_0009.m4s'],
  ['what no segment of that number has', 'filler_0003_0002.m4s'],
  ['a source that is not there', 'audio_filler_0009_0002.m4s'],
  ['padding around no sound', 'audio_padded_1_1_0002.m4s'],
  ['padding around no segment', 'audio_padded_1_1_0009.m4s'],
  ['a number of another form', 'audio_filler_1_2.m4s'],
])('makes none for %s', async (_what, name) => {
  expect((await get(name)).status).toBe(404);
});

it('makes none from a source whose bytes are gone or are not ours', async () => {
  const key = parseObjectKey(`${DIRECTORY}/seg_0002.m4s`);
  await fixture.storage.put(key, Buffer.alloc(4000, 1));
  expect((await get('filler_0002_0003.m4s')).status).toBe(404);
  await fixture.storage.put(key, Buffer.from(cmaf.segmentType));
  expect((await get('filler_0002_0003.m4s')).status).toBe(404);
  await rm(join(fixture.root, key));
  expect((await get('filler_0002_0003.m4s')).status).toBe(404);
});
