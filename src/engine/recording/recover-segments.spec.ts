import { createHash } from 'node:crypto';
import { cmaf } from '../../media/containers/index.js';
import type { RecordedTrack } from '../protocol.js';
import { recoverOpenSegments, type RecoveredSegments, type SegmentRecovery } from './recover-segments.js';
import type { MemoryRecordingFiles } from './testing/memory-recording-files.js';
import { AUDIO, RecorderFixture, VIDEO } from './testing/recorder-fixture.js';
import { readSamples } from './testing/segment-samples.js';

const DIRECTORY = 'cam/2026/11/20';

/** What a recorder that was killed after `ms` left. */
async function killedAfter(ms: number): Promise<{ files: MemoryRecordingFiles; tracks: RecordedTrack[] }> {
  const fixture = new RecorderFixture();
  fixture.attach(VIDEO, AUDIO);
  fixture.reportBoth();
  await fixture.play(ms);
  const { files, tracks } = fixture;
  return { files, tracks };
}

function recover(
  files: MemoryRecordingFiles,
  tracks: readonly RecordedTrack[],
  known: Partial<SegmentRecovery> = {},
): Promise<RecoveredSegments> {
  const knownInits = tracks.map(({ trackId, kind, initObjectKey: objectKey, initSha256: sha256 }) => ({
    trackId,
    kind,
    objectKey,
    sha256,
  }));
  const recovery = {
    rootPath: '/recordings',
    directory: DIRECTORY,
    fromNumber: 1,
    committedNumbers: new Set<number>(),
    tracks,
    knownInits,
    sessionStartedMs: 0,
  };
  return recoverOpenSegments({ ...recovery, ...known }, files);
}

describe('recoverOpenSegments', () => {
  it('tells what an ended process left whole, by number', async () => {
    const { files, tracks } = await killedAfter(8_500);

    const { objects, quarantined } = await recover(files, tracks);

    expect([...objects.keys()]).toEqual([1, 2]);
    expect(quarantined).toEqual([]);
    for (const object of [...objects.values()].flat()) {
      const bytes = files.bytesOf(object.objectKey);
      const samples = readSamples(bytes);
      expect(object).toMatchObject({
        trackId: tracks.find(({ kind }) => kind === object.kind)?.trackId,
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        startTicks: samples[0]?.decodeTicks,
        samples: samples.length,
        independent: true,
      });
      expect(files.syncCount(object.objectKey)).toBeGreaterThan(0);
    }
  });

  it('loses at most a second of what was recorded', async () => {
    const { files, tracks } = await killedAfter(5_990);

    const { objects } = await recover(files, tracks);

    for (const { startTicks, durationTicks, timescale } of objects.get(1) ?? []) {
      expect((startTicks + durationTicks) / timescale).toBeGreaterThanOrEqual(4.98);
    }
  });

  it('loses no more where a segment had just begun, and puts aside what there is of that', async () => {
    const { files, tracks } = await killedAfter(6_500);

    const { objects, quarantined } = await recover(files, tracks);

    const video = objects.get(1)?.find(({ kind }) => kind === 'video');
    expect((video?.durationTicks ?? 0) / (video?.timescale ?? 1)).toBe(6);
    expect([...objects.keys()]).toEqual([1]);
    expect(quarantined).toEqual([`${DIRECTORY}/seg_0002.m4s.quarantined`]);
    expect(files.bytesOf(`${DIRECTORY}/seg_0002.m4s.quarantined`)).toEqual(cmaf.segmentType);
  });

  it.each([1, 9, 100, 300])('cuts a file that ends in the middle of a fragment, %i bytes short', async (missing) => {
    const { files, tracks } = await killedAfter(3_500);
    const whole = files.bytesOf(`${DIRECTORY}/seg_0001.m4s`);
    files.put(`${DIRECTORY}/seg_0001.m4s`, whole.slice(0, -missing));

    const { objects } = await recover(files, tracks);

    const video = objects.get(1)?.find(({ kind }) => kind === 'video');
    expect(video).toMatchObject({ samples: 60, durationTicks: 180_000 });
    expect(files.bytesOf(`${DIRECTORY}/seg_0001.m4s`)).toHaveLength(video?.sizeBytes ?? 0);
  });

  it('leaves committed numbers alone', async () => {
    const { files, tracks } = await killedAfter(8_500);

    const { objects } = await recover(files, tracks, { fromNumber: 2 });

    expect([...objects.keys()]).toEqual([2]);
  });

  it('finds a number whose row was refused between others', async () => {
    const { files, tracks } = await killedAfter(20_500);

    const { objects } = await recover(files, tracks, { committedNumbers: new Set([1, 3]) });

    expect([...objects.keys()]).toEqual([2, 4]);
  });

  it('puts aside what holds no whole fragment, and overwrites nothing by that', async () => {
    const { files, tracks } = await killedAfter(3_500);
    files.put(`${DIRECTORY}/seg_0002.m4s`, Uint8Array.of(0, 0, 0, 9));
    files.put(`${DIRECTORY}/audio_seg_0002.m4s`);
    files.put(`${DIRECTORY}/audio_seg_0002.m4s.quarantined`, Uint8Array.of(1));

    const { objects, quarantined } = await recover(files, tracks);

    expect([...objects.keys()]).toEqual([1]);
    expect(quarantined).toEqual([
      `${DIRECTORY}/seg_0002.m4s.quarantined`,
      `${DIRECTORY}/audio_seg_0002.m4s.quarantined-2`,
    ]);
    expect(files.bytesOf(`${DIRECTORY}/audio_seg_0002.m4s.quarantined`)).toEqual(Uint8Array.of(1));
  });

  it('makes tracks that were never told of their init objects', async () => {
    const { files, tracks } = await killedAfter(3_500);
    const withoutId = (track: RecordedTrack | undefined): object => ({
      ...track,
      trackId: expect.any(String) as string,
    });

    const { objects, tracks: reconstructed, quarantined } = await recover(files, []);

    expect(quarantined).toEqual([]);
    expect(reconstructed).toEqual(tracks.map(withoutId));
    expect(objects.get(1)?.map(({ trackId }) => trackId)).toEqual(reconstructed.map(({ trackId }) => trackId));
    for (const { initObjectKey } of reconstructed) expect(files.syncCount(initObjectKey)).toBeGreaterThan(0);
  });

  it('tells an init object of an earlier session under the id it has', async () => {
    const { files, tracks } = await killedAfter(3_500);
    const known = tracks.map(({ kind, initObjectKey, initSha256: sha256 }) => ({
      trackId: `known-${kind}`,
      kind,
      objectKey: initObjectKey,
      sha256,
    }));

    const { tracks: told } = await recover(files, [], { knownInits: known });

    expect(told.map(({ trackId }) => trackId).sort()).toEqual(['known-audio', 'known-video']);
  });

  it('believes the rows of the session before an init object that somebody else left without a row', async () => {
    const { files, tracks } = await killedAfter(3_500);
    files.put(`${DIRECTORY}/init_0002.m4s`, files.bytesOf(`${DIRECTORY}/init.m4s`));

    const { objects, tracks: told } = await recover(files, tracks, { sessionStartedMs: 1 });

    expect(told).toEqual([]);
    expect(objects.get(1)?.map(({ trackId }) => trackId)).toEqual(
      expect.arrayContaining(tracks.map(({ trackId }) => trackId)),
    );
  });

  it('puts aside files of a kind without a whole init object', async () => {
    const { files, tracks } = await killedAfter(3_500);
    files.put(`${DIRECTORY}/audio_init.m4s`, files.bytesOf(`${DIRECTORY}/audio_init.m4s`).slice(0, -1));

    const { quarantined } = await recover(
      files,
      tracks.filter(({ kind }) => kind === 'video'),
    );

    expect(quarantined).toEqual([`${DIRECTORY}/audio_seg_0001.m4s.quarantined`]);
  });

  it('gives a file to the track whose init object was there when it was made', async () => {
    const { files, tracks } = await killedAfter(3_500);
    const [first] = tracks.filter(({ kind }) => kind === 'video');
    files.nowMs = 60_000;
    files.put(`${DIRECTORY}/init_0002.m4s`);
    files.put(`${DIRECTORY}/seg_0002.m4s`, files.bytesOf(`${DIRECTORY}/seg_0001.m4s`));
    const later = { ...first, trackId: 'later', initObjectKey: `${DIRECTORY}/init_0002.m4s` } as RecordedTrack;

    const { objects } = await recover(files, [...tracks, later]);

    expect(objects.get(1)?.find(({ kind }) => kind === 'video')?.trackId).toBe(first?.trackId);
    expect(objects.get(2)?.map(({ trackId }) => trackId)).toEqual(['later']);
  });

  it('finds nothing in a directory that is not there', async () => {
    const { files, tracks } = await killedAfter(100);

    expect(await recover(files, tracks, { directory: 'nowhere' })).toEqual({
      objects: new Map(),
      tracks: [],
      quarantined: [],
    });
  });
});
