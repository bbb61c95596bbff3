import { Recording } from '../../src/modules/index/entities/index.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentBytes,
  segmentClosed,
  sessionInput,
  START,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';

const end = { state: 'completed', endedAt: START } as const;
const get = async ({ app }: IndexFixture, path: string) => fetch(`${await app.getUrl()}${path}`);

it('lets numbers run on over the sessions of a directory', async () => {
  await using fixture = await startIndex();
  const { index, directories, storage } = fixture;
  await record(fixture, { segments: [1, 2] });
  await index.commitTrack('s1', recordedTrack('v2'));
  for (const trackId of ['v1', 'a1', 'v2'] as const) {
    const { initObjectKey, initSizeBytes } = recordedTrack(trackId);
    await storage.put(parseObjectKey(initObjectKey), Buffer.alloc(initSizeBytes));
  }

  await expect(directories.directoryState(DIRECTORY)).resolves.toEqual({
    directory: DIRECTORY,
    nextSegmentNumber: 3,
    nextInitNumber: { video: 3, audio: 2 },
    knownInits: ['v1', 'a1', 'v2'].map((trackId) => {
      const { kind, initObjectKey: objectKey, initSha256: sha256 } = recordedTrack(trackId as 'v1');
      return { trackId, kind, objectKey, sha256 };
    }),
  });
});

it('points at no init whose object is gone or has another length, and takes its number no second time', async () => {
  await using fixture = await startIndex();
  const { directories, storage } = fixture;
  await record(fixture, { segments: [1] });
  await storage.put(parseObjectKey(recordedTrack('v1').initObjectKey), Buffer.from('cut off'));

  await expect(directories.directoryState(DIRECTORY)).resolves.toMatchObject({
    nextInitNumber: { video: 2, audio: 2 },
    knownInits: [],
  });
});

it('takes no number that a file has, also without a row', async () => {
  await using fixture = await startIndex();
  const { directories, storage } = fixture;
  for (const name of ['audio_seg_0012.m4s', 'init_0004.m4s', 'manifest.mpd', 'seg_12.m4s']) {
    await storage.put(parseObjectKey(`archive/x/${name}`), segmentBytes(name));
  }

  await expect(directories.directoryState('archive/x')).resolves.toEqual({
    directory: 'archive/x',
    nextSegmentNumber: 13,
    nextInitNumber: { video: 5, audio: 1 },
    knownInits: [],
  });
});

it('starts a new directory at 1', async () => {
  await using fixture = await startIndex();

  await expect(fixture.directories.directoryState('new')).resolves.toMatchObject({
    nextSegmentNumber: 1,
    nextInitNumber: { video: 1, audio: 1 },
  });
});

it.each([
  ['where it recorded', 'cam/2026/11/20'],
  ['its own folder', 'cam'],
  ['inside its tree', 'cam/special'],
  ['where it recorded with a base_dir', 'archive/wedding'],
  ['above the tree of a nested name', 'room'],
])('knows whose a directory is: %s', async (_case, directory) => {
  await using fixture = await startIndex();
  const { index, directories } = fixture;
  await record(fixture, { segments: [1] });
  await index.setSessionState('s1', end);
  await record(fixture, { id: 's2', directory: 'archive/wedding', baseDir: 'archive/wedding', segments: [1] });
  await index.setSessionState('s2', { ...end, directory: 'elsewhere' });
  await record(fixture, { id: 's3', stream: 'room/cam', directory: 'room/cam/2026/11/20', segments: [1] });
  const owner = directory === 'room' ? 'room/cam' : 'cam';

  await expect(directories.directoryOwner(directory, 'other')).resolves.toBe(owner);
  await expect(directories.directoryOwner(directory)).resolves.toBe(owner);
  await expect(directories.directoryOwner(directory, owner)).resolves.toBeUndefined();
});

it.each(['camera', 'ca', 'archive', 'archive/wedding2', 'CAM/x', 'c%m'])('leaves %s to everyone', async (directory) => {
  await using fixture = await startIndex();
  const { directories } = fixture;
  await record(fixture, { directory: 'archive/wedding', baseDir: 'archive/wedding', segments: [1] });

  await expect(directories.directoryOwner(directory, 'other')).resolves.toBeUndefined();
});

it('gives a directory back when a session ended there without media', async () => {
  await using fixture = await startIndex();
  const { index, directories } = fixture;
  await index.openSession(sessionInput({ directory: 'archive/x', baseDir: 'archive/x' }));
  await expect(directories.directoryOwner('archive/x', 'other')).resolves.toBe('cam');

  await index.setSessionState('s1', end);

  await expect(directories.directoryOwner('archive/x', 'other')).resolves.toBeUndefined();
});

it('keeps the day at its default directory, at another one only until there is one', async () => {
  await using fixture = await startIndex();
  const { index, dataSource } = fixture;
  const day = async () => dataSource.manager.find(Recording);

  await record(fixture, { directory: 'archive/x', baseDir: 'archive/x', segments: [1] });
  await index.setSessionState('s1', end);
  expect(await day()).toMatchObject([
    { stream: 'cam', year: 2026, month: 11, day: 20, mpdPath: 'archive/x/manifest.mpd' },
  ]);

  await record(fixture, { id: 's2', segments: [1] });
  await index.setSessionState('s2', end);
  await record(fixture, { id: 's3', directory: 'archive/y', baseDir: 'archive/y', segments: [1] });
  expect(await day()).toMatchObject([{ mpdPath: `${DIRECTORY}/manifest.mpd` }]);
});

it('lists streams and their recordings, oldest first, each directory once', async () => {
  await using fixture = await startIndex();
  const { index } = fixture;
  await expect((await get(fixture, '/api/playback')).json()).resolves.toEqual([]);
  await expect((await get(fixture, '/api/playback/cam')).json()).resolves.toEqual([]);

  await record(fixture, { id: 'b', stream: 'b', directory: 'b/2026/11/20', segments: [1] });
  await record(fixture, { segments: [1, 2] });
  await index.commitSegment(segmentClosed(3, { startMs: 20_000, period: 1 }));
  await index.setSessionState('s1', end);
  const later = new Date('2026-11-20T23:00:00Z');
  await record(fixture, { id: 's2', startedAt: later, segments: [4] });
  await index.commitSegment(
    segmentClosed(1, { startMs: 3_600_000, sessionId: 's2', directory: 'cam/2026/11/21', trackIds: ['v1'] }),
  );
  await index.setSessionState('s2', end);
  await record(fixture, {
    id: 's3',
    directory: 'archive/x',
    baseDir: 'archive/x',
    startedAt: new Date('2026-11-19T10:00:00Z'),
    segments: [1],
  });

  await expect((await get(fixture, '/api/playback')).json()).resolves.toEqual(['b', 'cam']);
  await expect((await get(fixture, '/api/playback/cam')).json()).resolves.toEqual([
    { record: '1795082400', year: 2026, month: 11, day: 19, mpd_path: 'archive/x/manifest.mpd', duration_ms: 6000 },
    {
      record: '1795176000',
      year: 2026,
      month: 11,
      day: 20,
      mpd_path: 'cam/2026/11/20/manifest.mpd',
      duration_ms: 32_000,
    },
    {
      record: '1795219200',
      year: 2026,
      month: 11,
      day: 21,
      mpd_path: 'cam/2026/11/21/manifest.mpd',
      duration_ms: 6000,
    },
  ]);
});

it('refuses a name that no stream can have', async () => {
  await using fixture = await startIndex();

  const answer = await get(fixture, '/api/playback/..%2fx');

  expect(answer.status).toBe(400);
  await expect(answer.json()).resolves.toMatchObject({ code: 'stream-name-invalid' });
});

it('knows every directory of a session, the one without media yet too', async () => {
  await using fixture = await startIndex();
  const { index, sessions } = fixture;
  await record(fixture, { segments: [1] });
  await index.commitSegment(segmentClosed(1, { startMs: 6000, directory: 'cam/2026/11/21', trackIds: ['v1'] }));
  await index.setSessionState('s1', { state: 'recording', directory: 'cam/2026/11/22' });

  await expect(sessions.directoriesOf('s1')).resolves.toEqual([DIRECTORY, 'cam/2026/11/21', 'cam/2026/11/22']);
});
