import { copyFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { SegmentRow } from '../../src/modules/index/entities/index.js';
import type { Note, RepairedFinding } from '../../src/modules/index/fsck/finding.js';
import { fsck, type FsckOptions } from '../../src/modules/index/fsck/fsck.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { ArchiveFixture, DIRECTORY } from './support/archive-fixture.js';

async function check(
  { archive }: ArchiveFixture,
  options: Partial<FsckOptions> = {},
): Promise<{ findings: RepairedFinding[]; notes: Note[] }> {
  const findings: RepairedFinding[] = [];
  const notes: Note[] = [];
  const listener = { finding: (one: RepairedFinding) => findings.push(one), note: (one: Note) => notes.push(one) };
  await fsck(archive, { deep: false, repair: false, ...options }, listener);
  return { findings, notes };
}

const kinds = ({ findings }: { findings: readonly RepairedFinding[] }): string[] => findings.map(({ kind }) => kind);

async function flipByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

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
  expect(await readFile(fixture.path('video.m3u8'), 'utf8')).not.toContain('\nseg_0002.m4s');
  const after = await check(fixture);
  expect(after.findings).toEqual([]);
  expect(after.notes).toMatchObject([{ kind: 'lost', number: 2 }]);
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

it('names a truncated init object, and every segment that nothing can play without it', async () => {
  await using fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await truncate(fixture.path('init.m4s'), 20);

  const { findings } = await check(fixture, { repair: true });

  expect(findings).toContainEqual(
    expect.objectContaining({ kind: 'object-truncated', key: `${DIRECTORY}/init.m4s`, repaired: true }),
  );
  expect(findings.filter(({ kind }) => kind === 'init-lost').map(({ number }) => number)).toEqual([1, 2]);
  const after = await check(fixture);
  expect(after.findings).toEqual([]);
  expect(after.notes.map(({ kind, key }) => `${kind} ${String(key)}`)).toContain(`lost ${DIRECTORY}/init.m4s`);
  expect(await readFile(fixture.path('manifest.mpd'), 'utf8')).not.toContain('seg_');
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

describe('with a bucket', () => {
  it('finds nothing in what is uploaded, released, and on its way', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1, 2, 3]);
    expect(await check(fixture)).toEqual({ findings: [], notes: [] });
    await fixture.upload();
    await fixture.rows.update(SegmentRow, { number: 1 }, { releasedAt: new Date() });
    await rm(fixture.path('seg_0001.m4s'));
    await rm(fixture.path('audio_seg_0001.m4s'));

    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });

  it('gives each side what the other still has', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1, 2, 3]);
    await fixture.upload();
    await fixture.archive.stores.bucket?.delete(parseObjectKey(`${DIRECTORY}/seg_0002.m4s`));
    await rm(fixture.path('seg_0003.m4s'));
    await flipByte(fixture.path('audio_seg_0001.m4s'), 400);

    const { findings } = await check(fixture, { deep: true, repair: true });

    expect(findings).toMatchObject([
      { kind: 'copy-damaged', key: `${DIRECTORY}/audio_seg_0001.m4s` },
      { kind: 'copy-missing', key: `${DIRECTORY}/seg_0002.m4s` },
      { kind: 'copy-missing', key: `${DIRECTORY}/seg_0003.m4s` },
    ]);
    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
    expect((await fixture.rows.findOneBy(SegmentRow, { number: 3 }))?.releasedAt).not.toBeNull();
  });

  it('finds nothing in a segment of which one object is uploaded and the other waits', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    const { local, bucket } = fixture.archive.stores;
    const key = parseObjectKey(`${DIRECTORY}/seg_0001.m4s`);
    await bucket?.put(key, await local.get(key));
    await fixture.rows.delete(Job, { objectKey: key });

    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });

  it('has uploaded what waits without a job', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    await fixture.rows.clear(Job);

    const { findings } = await check(fixture, { repair: true });
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['upload-forgotten', 'view-missing']));
    expect(findings.filter(({ kind }) => kind === 'upload-forgotten')).toHaveLength(2);

    expect(await check(fixture)).toEqual({ findings: [], notes: [] });
  });

  it('names views in the bucket that are gone or say something else, and has them uploaded again', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1, 2]);
    await fixture.upload();
    const { bucket } = fixture.archive.stores;
    const sessionFile = parseObjectKey(`${DIRECTORY}/session_s1.json`);
    await bucket?.put(parseObjectKey(`${DIRECTORY}/manifest.mpd`), Readable.from([Buffer.from('broken')]));
    await bucket?.delete(sessionFile);

    const { findings } = await check(fixture, { repair: true });

    expect(findings.map(({ kind, key }) => `${kind} ${String(key)}`).sort()).toEqual([
      `view-missing ${sessionFile}`,
      `view-outdated ${DIRECTORY}/manifest.mpd`,
    ]);
    expect(await fixture.rows.countBy(Job, { kind: 'upload', objectKey: sessionFile })).toBe(1);
    expect(await check(fixture)).toEqual({ findings: [], notes: [] });
  });

  it('names bytes of others that keep a segment out of the bucket, and puts its own there', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    const key = parseObjectKey(`${DIRECTORY}/seg_0001.m4s`);
    await fixture.archive.stores.bucket?.put(key, Readable.from([Buffer.from('of somebody else')]));

    expect((await check(fixture, { repair: true })).findings).toMatchObject([{ kind: 'copy-damaged', key }]);

    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });
});
