import { Recording, SegmentRow } from '../../src/modules/index/entities/index.js';
import { findRow } from '../../src/persistence/find-row.js';
import {
  recordedTrack,
  record,
  segmentClosed,
  sessionInput,
  START,
  startIndex,
  DIRECTORY,
} from './support/index-fixture.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases((database) => {
  it('opens a session once and never two running ones of a stream', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;

    const opened = await index.openSession(sessionInput());
    expect(opened).toMatchObject({ state: 'waiting', mpdPath: `${DIRECTORY}/manifest.mpd`, endMs: 0, nextPeriod: 0 });
    await expect(index.openSession(sessionInput())).resolves.toEqual(opened);
    await expect(index.openSession(sessionInput({ id: 's2' }))).rejects.toMatchObject({
      code: 'recording-session-running',
    });
    await expect(sessions.session('s1')).resolves.toEqual(opened);

    await index.setSessionState('s1', { state: 'completed', reason: 'requested', endedAt: START });
    await expect(index.openSession(sessionInput({ id: 's2' }))).resolves.toMatchObject({ id: 's2' });
  });

  it('adds up what was committed and tells where to go on', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;
    await record(fixture, { segments: [1, 2] });
    await index.commitSegment(segmentClosed(3, { startMs: 22_000, period: 1 }));

    await expect(sessions.session('s1')).resolves.toMatchObject({
      anchorEpochMs: START.getTime(),
      firstMediaMs: 0,
      endMs: 28_000,
      durationMs: 18_000,
      segmentCount: 3,
      nextPeriod: 2,
    });
  });

  it('commits a segment once, however often it is told', async () => {
    await using fixture = await startIndex();
    const { index, sessions, dataSource } = fixture;
    await record(fixture, { segments: [1] });
    const before = await sessions.session('s1');

    await index.commitSegment(segmentClosed(1, { startMs: 0 }));

    await expect(sessions.session('s1')).resolves.toEqual(before);
    await expect(dataSource.manager.count(SegmentRow)).resolves.toBe(1);
  });

  it('finds one row of a segment as it was written, and none where there is none', async () => {
    await using fixture = await startIndex();
    const { manager } = fixture.dataSource;
    await record(fixture, { segments: [1, 2] });
    const key = { directory: DIRECTORY, number: 2 };

    await expect(findRow(manager, SegmentRow, key)).resolves.toEqual(await manager.findOneByOrFail(SegmentRow, key));
    await expect(findRow(manager, SegmentRow, { ...key, number: 3 })).resolves.toBeNull();
  });

  it('refuses other media under a number that is taken, and changes nothing', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;
    await record(fixture, { segments: [1] });
    const before = await sessions.session('s1');
    const other = segmentClosed(1, { startMs: 0 });
    const objects = other.objects.map((object) => ({ ...object, sha256: 'f'.repeat(64) }));

    await expect(index.commitSegment({ ...other, objects })).rejects.toMatchObject({ code: 'segment-conflict' });
    await expect(index.commitSegment({ ...other, number: 2, objects: [] })).rejects.toMatchObject({
      code: 'segment-empty',
    });
    await expect(sessions.session('s1')).resolves.toEqual(before);
  });

  it('leaves no trace of a segment whose session is not known', async () => {
    await using fixture = await startIndex();
    const { index, dataSource } = fixture;

    const commit = index.commitSegment(segmentClosed(1, { startMs: 0, sessionId: 'nobody' }));

    await expect(commit).rejects.toMatchObject({ code: 'recording-session-not-found' });
    await expect(dataSource.manager.count(SegmentRow)).resolves.toBe(0);
    await expect(dataSource.manager.count(Recording)).resolves.toBe(0);
  });

  it('keeps commits of many streams at once apart', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;
    const streams = Array.from({ length: 20 }, (_, number) => `cam-${String(number)}`);
    const paths = streams.map((stream) => ({ stream, id: stream, directory: `${stream}/2026/11/20` }));
    await Promise.all(paths.map((path) => index.openSession(sessionInput(path))));

    const commits = paths.flatMap(({ id: sessionId, directory }) => [
      ...[1, 2, 3].map((number) =>
        index.commitSegment(segmentClosed(number, { startMs: number * 6000, sessionId, directory })),
      ),
      index.commitSegment(segmentClosed(1, { startMs: 0, sessionId: 'nobody', directory: `nobody/${directory}` })),
    ]);
    const outcomes = await Promise.allSettled(commits);

    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(streams.length);
    for (const stream of streams) await expect(sessions.session(stream)).resolves.toMatchObject({ segmentCount: 3 });
  });

  it('commits the segments of fifty streams in a small part of a segment length', async () => {
    await using fixture = await startIndex();
    const { index } = fixture;
    const ids = Array.from({ length: 50 }, (_, number) => `cam-${String(number)}`);
    for (const id of ids) await index.openSession(sessionInput({ id, stream: id, directory: `${id}/2026/11/20` }));

    const startedAt = performance.now();
    await Promise.all(
      ids.map((id) =>
        index.commitSegment(segmentClosed(1, { startMs: 0, sessionId: id, directory: `${id}/2026/11/20` })),
      ),
    );

    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('counts gaps once, and what one has grown by', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;
    await index.openSession(sessionInput());

    for (const durationMs of [500, 500, 800]) {
      await index.commitGap('s1', { kind: 'video', startMs: 1000, durationMs, cause: 'loss' });
    }
    await index.commitGap('s1', { kind: 'audio', startMs: 1000, durationMs: 200.4, cause: 'publisher-away' });

    await expect(sessions.session('s1')).resolves.toMatchObject({ gapCount: 2, gapMs: 1000 });
  });

  it('takes a track twice and refuses another under its id', async () => {
    await using fixture = await startIndex();
    const { index } = fixture;
    await index.openSession(sessionInput());

    await index.commitTrack('s1', recordedTrack('v1'));
    await index.commitTrack('s1', recordedTrack('v1'));

    const other = recordedTrack('v1', { initSha256: 'f'.repeat(64) });
    await expect(index.commitTrack('s1', other)).rejects.toMatchObject({ code: 'track-conflict' });
  });

  it('ties a session to the wall clock once', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;
    await index.openSession(sessionInput());

    await index.anchorSession('s1', 1_000.4);
    await index.anchorSession('s1', 9_000);

    await expect(sessions.session('s1')).resolves.toMatchObject({ anchorEpochMs: 1000 });
  });

  it('changes of a session what is given and empties what is null', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;
    await index.openSession(sessionInput());

    await index.setSessionState('s1', { state: 'interrupted', interruptedAt: START });
    await expect(sessions.session('s1')).resolves.toMatchObject({ state: 'interrupted', interruptedAt: START });
    await index.setSessionState('s1', { state: 'recording', interruptedAt: null, directory: 'cam/2026/11/21' });
    await expect(sessions.session('s1')).resolves.toMatchObject({
      state: 'recording',
      interruptedAt: undefined,
      mpdPath: 'cam/2026/11/21/manifest.mpd',
    });
    await expect(index.setSessionState('nobody', { state: 'failed' })).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('finds what a stopped server left, in a SQLite database under whatever name it ran', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;
    await index.openSession(sessionInput());
    await index.openSession(sessionInput({ id: 's2', stream: 'other', nodeAlias: 'an-earlier-name' }));
    await index.openSession(sessionInput({ id: 's3', stream: 'third' }));
    await index.setSessionState('s2', { state: 'finalizing' });
    await index.setSessionState('s3', { state: 'completed', endedAt: START });

    const left = await sessions.unfinishedSessions();

    expect(left.map(({ id }) => id).sort()).toEqual(database === 'SQLite' ? ['s1', 's2'] : ['s1']);
  });

  it('tells what it knows of a part, so that files without a row can be told apart', async () => {
    await using fixture = await startIndex();
    const { index, sessions } = fixture;
    await record(fixture, { segments: [1, 2] });
    await index.setSessionState('s1', { state: 'completed', endedAt: START });
    await record(fixture, { id: 's2', segments: [4, 6] });
    await index.openSession(sessionInput({ id: 's3', stream: 'other' }));

    const part = await sessions.committedPart('s2', DIRECTORY);

    expect([part.firstNumber, [...part.numbers]]).toEqual([4, [4, 6]]);
    expect(part.tracks.map(({ trackId }) => trackId).sort()).toEqual(['a1', 'v1']);
    expect(part.knownInits).toHaveLength(2);
    await expect(sessions.committedPart('s3', DIRECTORY)).resolves.toMatchObject({ firstNumber: 7, tracks: [] });
    await expect(sessions.segmentBefore('s2', DIRECTORY, 6)).resolves.toMatchObject({ startMs: 0, endMs: 6000 });
    await expect(sessions.segmentBefore('s2', DIRECTORY, 7)).resolves.toMatchObject({ startMs: 6000 });
    await expect(sessions.segmentBefore('s2', 'cam/2026/11/21', 1)).resolves.toMatchObject({ startMs: 6000 });
    await expect(sessions.segmentBefore('s2', DIRECTORY, 4)).resolves.toBeUndefined();
  });
});
