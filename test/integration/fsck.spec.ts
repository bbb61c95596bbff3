import { copyFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { deleteSessions } from '../../src/modules/index/deletion/delete-recordings.js';
import { GoneSegment, RecordingSession, SegmentRow } from '../../src/modules/index/entities/index.js';
import { reindex } from '../../src/modules/index/reindex/reindex.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { ArchiveFixture, DIRECTORY } from './support/archive-fixture.js';
import { check, flipByte, kinds, segmentsIn } from './support/checked-archive.js';

it('finds nothing in what a recorder left', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2, 3]);
  await fixture.record([4, 5], { id: 's2' });

  expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
});

it('names a segment that is gone with its time, and repaired it is a gap', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2, 3]);
  await rm(fixture.path('seg_0002.m4s'));

  const { findings } = await check(fixture, { repair: true });

  expect(findings).toMatchObject([
    {
      kind: 'object-missing',
      key: `${DIRECTORY}/seg_0002.m4s`,
      stream: 'cam',
      session: 's1',
      number: 2,
      from: '2026-11-20T12:00:06.000Z',
      to: '2026-11-20T12:00:12.000Z',
      repaired: true,
    },
    { kind: 'view-outdated', key: `${DIRECTORY}/session_s1.json`, repaired: true },
    { kind: 'view-outdated', key: `${DIRECTORY}/video.m3u8`, repaired: true },
    { kind: 'view-outdated', key: `${DIRECTORY}/audio.m3u8`, repaired: true },
    { kind: 'view-outdated', key: `${DIRECTORY}/manifest.mpd`, repaired: true },
  ]);
  const after = await check(fixture);
  expect(after.findings).toEqual([]);
  expect(after.notes).toMatchObject([{ kind: 'lost', number: 2, key: `${DIRECTORY}/seg_0002.m4s` }]);
});

it('keeps the sound of a segment whose pictures are gone, and the other way round', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2, 3]);
  await rm(fixture.path('seg_0002.m4s'));
  await rm(fixture.path('audio_seg_0003.m4s'));

  await check(fixture, { repair: true });

  expect(await segmentsIn(fixture, 'video.m3u8')).toEqual([
    'seg_0001.m4s',
    expect.stringMatching(/^filler_/) as string,
    'seg_0003.m4s',
  ]);
  const sound = await segmentsIn(fixture, 'audio.m3u8');
  expect(sound.slice(0, 2)).toEqual(['audio_seg_0001.m4s', 'audio_seg_0002.m4s']);
  expect(sound[2]).toMatch(/^audio_filler_/);
  expect(await fixture.rows.find(SegmentRow, { order: { number: 'ASC' } })).toMatchObject([
    { state: 'local', lostTracks: null },
    { state: 'local', lostTracks: ['video-1'] },
    { state: 'local', lostTracks: ['audio-1'] },
  ]);
});

it('takes back what is there again of a segment that was lost altogether', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await rename(fixture.path('seg_0002.m4s'), fixture.path('aside'));
  await rm(fixture.path('audio_seg_0002.m4s'));
  await check(fixture, { repair: true });
  const row = () => fixture.rows.findOneBy(SegmentRow, { number: 2 });
  expect(await row()).toMatchObject({ state: 'lost', lostTracks: null });

  await rename(fixture.path('aside'), fixture.path('seg_0002.m4s'));
  await check(fixture, { repair: true });

  expect(await row()).toMatchObject({ state: 'local', lostTracks: ['audio-1'] });
  expect(await check(fixture, { deep: true })).toMatchObject({ findings: [], notes: [{ kind: 'lost', number: 2 }] });
});

it('keeps the place of a segment that is lost while its stream is recorded, until something of it is back', async () => {
  await using fixture = await ArchiveFixture.make();
  const { rows } = fixture;
  await fixture.record([1, 2, 3]);
  await fixture.record([4], { id: 's2' });
  await rows.update(RecordingSession, { id: 's2' }, { state: 'interrupted', endedAt: null });
  await rename(fixture.path('seg_0002.m4s'), fixture.path('aside'));
  await rm(fixture.path('audio_seg_0002.m4s'));

  await check(fixture, { repair: true });
  const places = await rows.find(GoneSegment);
  await rename(fixture.path('aside'), fixture.path('seg_0002.m4s'));
  await check(fixture, { repair: true });

  expect(places).toMatchObject([{ stream: 'cam', sessionId: 's1', number: 2 }]);
  expect(await rows.find(GoneSegment)).toEqual([]);
});

it('is believed by a reindex: what was lost stays so until its bytes are there', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await flipByte(fixture.path('audio_seg_0001.m4s'), 400);
  await flipByte(fixture.path('init.m4s'), 300);
  await check(fixture, { deep: true, repair: true });

  await using rebuilt = await fixture.withoutRows();
  expect(await reindex(rebuilt.archive)).toMatchObject({ segments: 2, lost: 2 });
  expect(await rebuilt.rows.findOneBy(SegmentRow, { number: 1 })).toMatchObject({ lostTracks: ['audio-1'] });
  expect((await check(rebuilt, { deep: true })).findings).toEqual([]);

  await flipByte(fixture.path('init.m4s'), 300);
  expect(await reindex(rebuilt.archive)).toMatchObject({ lost: 1 });
  expect((await check(rebuilt, { deep: true })).findings).toEqual([]);
});

describe('media that was deleted without its objects', () => {
  async function deleted(): Promise<ArchiveFixture> {
    const fixture = await ArchiveFixture.make();
    await fixture.record([1, 2, 5]);
    await deleteSessions(fixture.rows, fixture.archive.outbox, ['s1'], {
      removeObjects: false,
      reason: 'deleted',
      timeZone: 'UTC',
    });
    return fixture;
  }

  it('is told in notes, and repaired nothing of it comes back', async () => {
    await using fixture = await deleted();
    await fixture.writeSegment(4, 18_000);

    const { findings, notes } = await check(fixture, { repair: true });

    const rowless = findings.filter(({ kind }) => !kind.startsWith('view-'));
    expect(rowless.map(({ key }) => key).sort()).toEqual([
      `${DIRECTORY}/audio_seg_0004.m4s`,
      `${DIRECTORY}/seg_0004.m4s`,
    ]);
    const left = notes.filter(({ kind }) => kind === 'left');
    expect(left.map(({ key, stream }) => `${String(stream)} ${String(key)}`).sort()).toEqual(
      ['audio_seg_0001', 'audio_seg_0002', 'audio_seg_0005', 'seg_0001', 'seg_0002', 'seg_0005', 'session_s1']
        .map((name) => `cam ${DIRECTORY}/${name}.${name.startsWith('session') ? 'json' : 'm4s'}`)
        .sort(),
    );
    expect(await fixture.rows.find(SegmentRow)).toMatchObject([{ number: 4 }]);
  });

  it('stays away when rows are made anew, unless it is asked for', async () => {
    await using fixture = await deleted();

    expect(await reindex(fixture.archive)).toMatchObject({ segments: 0, left: 1 });
    expect(await fixture.rows.count(RecordingSession)).toBe(0);

    expect(await reindex(fixture.archive, { takeBack: true })).toMatchObject({ sessions: 1, segments: 3, left: 0 });
    expect((await check(fixture, { deep: true })).findings).toEqual([]);
  });

  it('is found by whoever has nothing but the storage', async () => {
    await using fixture = await deleted();
    await using rebuilt = await fixture.withoutRows();

    expect(await reindex(rebuilt.archive)).toMatchObject({ sessions: 1, segments: 3, left: 0 });
  });

  it('is not taken for media of a session that had no segment yet when its server was killed', async () => {
    await using fixture = await deleted();
    const session = { id: 's2', stream: 'cam', nodeAlias: 'node-1', trigger: 'auto', baseDir: undefined } as const;
    await fixture.index.openSession({ ...session, directory: DIRECTORY, startedAt: new Date() });

    expect(await fixture.sessions.committedPart('s2', DIRECTORY)).toMatchObject({ firstNumber: 6 });
  });
});

it('takes a lost segment back whose bytes are there again', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2, 3]);
  await rename(fixture.path('seg_0002.m4s'), fixture.path('aside'));
  await check(fixture, { repair: true });
  await rename(fixture.path('aside'), fixture.path('seg_0002.m4s'));

  expect(kinds(await check(fixture, { repair: true }))).toContain('object-found');

  expect(await check(fixture)).toEqual({ findings: [], notes: [] });
  expect(await fixture.rows.findOneBy(SegmentRow, { number: 2 })).toMatchObject({ state: 'local' });
});

it.each(['seg_0002.m4s', 'audio_seg_0001.m4s', 'init.m4s'])(
  'names a flipped byte in %s when it is deep',
  async (name) => {
    await using fixture = await ArchiveFixture.make();
    await fixture.record([1, 2, 3]);
    await flipByte(fixture.path(name), 300);

    expect((await check(fixture)).findings).toEqual([]);
    const { findings } = await check(fixture, { deep: true });

    const damaged = { kind: 'object-damaged', key: `${DIRECTORY}/${name}`, stream: 'cam' };
    expect(findings).toContainEqual(expect.objectContaining(damaged));
  },
);

it('names a truncated init object; repaired nothing shows its track, and the other one plays', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  const whole = await readFile(fixture.path('init.m4s'));
  await truncate(fixture.path('init.m4s'), 20);
  const before = new Date(0);
  await fixture.rows.update(RecordingSession, { id: 's1' }, { updatedAt: before });

  const { findings } = await check(fixture, { repair: true });

  const init = `${DIRECTORY}/init.m4s`;
  expect(findings.filter(({ kind }) => !kind.startsWith('view-'))).toMatchObject([
    { kind: 'object-truncated', key: init, stream: 'cam', from: '2026-11-20T12:00:00.000Z', repaired: true },
  ]);
  expect(await check(fixture)).toMatchObject({ findings: [], notes: [{ kind: 'lost', key: init }] });
  expect(await segmentsIn(fixture, 'audio.m3u8')).toEqual(['audio_seg_0001.m4s', 'audio_seg_0002.m4s']);
  expect(await segmentsIn(fixture, 'video.m3u8')).toEqual(['missing.m4s', 'missing.m4s']);
  expect(await readFile(fixture.path('index.m3u8'), 'utf8')).not.toContain('video');
  // Whoever keeps what was read of the session reads it anew.
  expect((await fixture.rows.findOneByOrFail(RecordingSession, { id: 's1' })).updatedAt).not.toEqual(before);

  await writeFile(fixture.path('init.m4s'), whole);
  expect(kinds(await check(fixture, { repair: true }))).toContain('object-found');
  expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  expect(await segmentsIn(fixture, 'video.m3u8')).toEqual(['seg_0001.m4s', 'seg_0002.m4s']);
});

it('tells media without a row, what was set aside, and what the next start commits', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await fixture.writeSegment(3, 12_000);
  await fixture.put(`${DIRECTORY}/seg_0009.m4s.quarantined`, Buffer.from('x'));
  await fixture.record([1], { id: 's2', stream: 'live', directory: 'live/2026/11/20', isCompleted: false });
  await fixture.writeSegment(2, 6000, 'live/2026/11/20');
  await rm(fixture.path('manifest.mpd', 'live/2026/11/20'));

  const { findings, notes } = await check(fixture);

  expect(findings.map(({ kind, key }) => `${kind} ${String(key)}`).sort()).toEqual([
    `object-without-row ${DIRECTORY}/audio_seg_0003.m4s`,
    `object-without-row ${DIRECTORY}/seg_0003.m4s`,
  ]);
  expect(notes.map(({ kind, key }) => `${kind} ${String(key)}`)).toEqual(
    expect.arrayContaining([
      `quarantined ${DIRECTORY}/seg_0009.m4s.quarantined`,
      'open-segment live/2026/11/20/seg_0002.m4s',
      'view-behind live/2026/11/20/manifest.mpd',
    ]),
  );
});

it('writes views anew that are gone or say something else', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await rm(fixture.path('index.m3u8'));
  await copyFile(fixture.path('video.m3u8'), fixture.path('manifest.mpd'));

  expect(kinds(await check(fixture, { repair: true }))).toEqual(['view-missing', 'view-outdated']);

  expect(await check(fixture)).toEqual({ findings: [], notes: [] });
});

it('leaves alone what waits to be deleted', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await fixture.writeSegment(3, 12_000);
  const keys = ['seg_0003.m4s', 'audio_seg_0003.m4s'].map((name) => parseObjectKey(`${DIRECTORY}/${name}`));
  await fixture.archive.outbox.delete(fixture.rows, keys);

  const { findings, notes } = await check(fixture, { repair: true });

  expect(findings).toEqual([]);
  expect(notes.map(({ kind }) => kind)).toEqual(['awaiting-deletion', 'awaiting-deletion']);
});

it('mends sums', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await fixture.rows.query(`UPDATE "recording_sessions" SET "segment_count" = 7, "gap_ms" = 1`);
  await fixture.rows.query(`UPDATE "session_parts" SET "size_bytes" = 7`);

  expect(kinds(await check(fixture, { repair: true })).filter((kind) => kind === 'sums-wrong')).toHaveLength(2);

  expect(kinds(await check(fixture, { repair: true }))).not.toContain('sums-wrong');
});

it('does not take back by its length what is lost for its bytes', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await flipByte(fixture.path('seg_0002.m4s'), 400);
  await flipByte(fixture.path('init.m4s'), 300);
  await check(fixture, { deep: true, repair: true });

  const { findings, notes } = await check(fixture, { repair: true });

  expect(findings).toEqual([]);
  expect(notes.map(({ kind }) => kind)).toEqual(['lost', 'lost']);
});

describe('a session file that is cut', () => {
  it('is written anew from the rows of its session', async () => {
    await using fixture = await ArchiveFixture.make();
    await fixture.record([1, 2]);
    await truncate(fixture.path('session_s1.json'), 100);

    expect((await check(fixture, { repair: true })).findings).toMatchObject([
      { kind: 'view-outdated', key: `${DIRECTORY}/session_s1.json`, repaired: true },
    ]);
    expect(await check(fixture)).toEqual({ findings: [], notes: [] });
  });

  it('is set aside when no row is left of its session, and is a note then', async () => {
    await using fixture = await ArchiveFixture.make();
    await fixture.record([1, 2]);
    await truncate(fixture.path('session_s1.json'), 100);
    await using rebuilt = await fixture.withoutRows();
    const key = `${DIRECTORY}/session_s1.json`;
    expect((await reindex(rebuilt.archive)).unreadable).toEqual([key]);
    const cut = await readFile(fixture.path('session_s1.json'));

    expect((await check(rebuilt)).findings).toMatchObject([{ kind: 'session-file-without-row', key, repaired: false }]);
    const { findings } = await check(rebuilt, { repair: true });

    expect(findings).toMatchObject([{ kind: 'session-file-without-row', key, repaired: true }]);
    expect(await check(rebuilt)).toEqual({
      findings: [],
      notes: [{ kind: 'quarantined', directory: DIRECTORY, key: `${key}.quarantined` }],
    });
    expect(await readFile(fixture.path('session_s1.json.quarantined'))).toEqual(cut);
  });

  it('is written anew in a directory where its session has no media', async () => {
    await using fixture = await ArchiveFixture.make();
    await fixture.record([1]);
    const elsewhere = 'cam/2026/11/21';
    await fixture.put(`${elsewhere}/session_s1.json`, Buffer.from('{"version":1,'));

    expect((await check(fixture, { repair: true })).findings).toMatchObject([
      { kind: 'view-outdated', key: `${elsewhere}/session_s1.json`, repaired: true },
    ]);
    expect(await check(fixture)).toEqual({ findings: [], notes: [] });
  });

  it('says that nothing was repaired of media for which there is no init object', async () => {
    await using fixture = await ArchiveFixture.make();
    await fixture.writeSegment(1, 0);

    for (const _ of [1, 2]) {
      const { findings } = await check(fixture, { repair: true });
      expect(findings.map(({ kind, repaired }) => [kind, repaired])).toEqual([
        ['object-without-row', false],
        ['object-without-row', false],
      ]);
    }
  });
});
