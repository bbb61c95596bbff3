import { rename, rm } from 'node:fs/promises';
import type { CommandContext } from '../../src/cli/command.js';
import { fsckCommand } from '../../src/cli/fsck.js';
import { run } from '../../src/cli/run.js';
import { RecordingSession, SegmentRow } from '../../src/modules/index/entities/index.js';
import { StorageEmptyError } from '../../src/modules/index/archive/storage-presence.js';
import { reindex } from '../../src/modules/index/reindex/reindex.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { StorageUnavailableError } from '../../src/modules/storage/storage.errors.js';
import { ArchiveFixture, DIRECTORY } from './support/archive-fixture.js';
import { check, summaryOf } from './support/checked-archive.js';

const SENTENCE = /has none of the 3 segments that the index knows to be there: is it mounted\?/;

/** Sessions, one of them held, on a disk that is not mounted any more. */
async function unmounted(): Promise<ArchiveFixture> {
  const fixture = await ArchiveFixture.make();
  await fixture.record([1, 2]);
  await fixture.record([3], { id: 's2' });
  await fixture.rows.update(RecordingSession, { id: 's2' }, { heldAt: new Date() });
  await fixture.manifests.publish(DIRECTORY);
  await rename(`${fixture.root}/cam`, `${fixture.folder}/disk`);
  return fixture;
}

function contextOf({ folder: cwd }: ArchiveFixture, env: CommandContext['env']): CommandContext {
  return { cwd, env, version: '0', gitHash: '', buildTime: '', engineWorkerUrl: new URL('file:///'), webRoot: '/' };
}

async function mount({ folder, root }: ArchiveFixture): Promise<void> {
  await rm(`${root}/cam`, { recursive: true, force: true });
  await rename(`${folder}/disk`, `${root}/cam`);
}

describe('a storage that has nothing of what the index knows', () => {
  it('is not taken for one from which everything was deleted when the database is made anew', async () => {
    await using fixture = await unmounted();

    await expect(reindex(fixture.archive)).rejects.toThrow(StorageEmptyError);
    await expect(reindex(fixture.archive)).rejects.toThrow(SENTENCE);
    await expect(reindex(fixture.archive)).rejects.toThrow(fixture.root);

    expect(await fixture.rows.count(RecordingSession)).toBe(2);
    await mount(fixture);
    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });

  it('is not taken for it either when it has files of others', async () => {
    await using fixture = await unmounted();
    await fixture.writeSegment(1, 0, 'other/2026/11/20');

    await expect(reindex(fixture.archive)).rejects.toThrow(SENTENCE);
  });

  it('is believed by a reindex that is told to', async () => {
    await using fixture = await unmounted();

    expect(await reindex(fixture.archive, { evenIfEmpty: true })).toMatchObject({ sessions: 0, segments: 0 });
  });

  it('ends aircheck reindex --force with 2 and one sentence', async () => {
    await using fixture = await unmounted();
    const env = {
      AIRCHECK_RECORDER_STORAGE_ROOT: fixture.root,
      DATABASE_URL: `sqlite://${fixture.folder}/index.db`,
    };
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const exit = jest.spyOn(process, 'exit').mockReturnValue(undefined as never);

    await run(['reindex', '--force'], contextOf(fixture, env));
    const lines = said.mock.calls.map(([text]) => String(text));
    const exitCodes = exit.mock.calls.map(([exitCode]) => exitCode);
    for (const spy of [said, exit]) spy.mockRestore();

    expect(exitCodes).toEqual([2]);
    expect(lines).toEqual([expect.stringMatching(SENTENCE)]);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
    expect(await fixture.rows.count(RecordingSession)).toBe(2);
  });

  it('keeps fsck from looking and from marking anything as lost, unless it is told to', async () => {
    await using fixture = await unmounted();

    await expect(check(fixture)).rejects.toThrow(SENTENCE);
    await expect(check(fixture, { repair: true })).rejects.toThrow(StorageEmptyError);
    expect(await fixture.rows.countBy(SegmentRow, { state: 'local' })).toBe(3);

    const { findings } = await check(fixture, { repair: true, evenIfEmpty: true });
    expect(findings.filter(({ kind }) => kind === 'object-missing').length).toBeGreaterThan(0);
    expect(await fixture.rows.countBy(SegmentRow, { state: 'lost' })).toBe(3);
  });

  it('is told from one that has lost media alone', async () => {
    await using fixture = await unmounted();
    await mount(fixture);
    for (const number of [1, 2, 3]) {
      for (const name of [`seg_000${String(number)}.m4s`, `audio_seg_000${String(number)}.m4s`]) {
        await rm(fixture.path(name));
      }
    }

    await check(fixture, { repair: true });

    expect(await fixture.rows.countBy(SegmentRow, { state: 'lost' })).toBe(3);
  });

  it('is a spool without what is still to be uploaded, whatever the bucket has', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    await fixture.upload();
    await fixture.record([2, 3, 4], { id: 's2' });
    await rename(`${fixture.root}/cam`, `${fixture.folder}/disk`);

    await expect(check(fixture, { repair: true })).rejects.toThrow(SENTENCE);
    await expect(reindex(fixture.archive)).rejects.toThrow(SENTENCE);
  });

  it('is a bucket without what was released to it', async () => {
    const bucket = new MemoryStorageDriver();
    await using fixture = await ArchiveFixture.make(bucket);
    await fixture.record([1, 2, 3]);
    await fixture.upload();
    await fixture.rows.update(SegmentRow, { sessionId: 's1' }, { releasedAt: new Date() });
    await rename(`${fixture.root}/cam`, `${fixture.folder}/disk`);
    const keys = [];
    for await (const { key } of bucket.walk()) keys.push(key);
    await bucket.deleteAll(keys);

    const sentence = /The bucket has none of the 3 segments that the index knows to be there: is it the right one\?/;
    await expect(check(fixture, { repair: true })).rejects.toThrow(sentence);
    await expect(reindex(fixture.archive)).rejects.toThrow(sentence);
  });
});

describe('a bucket that does not answer', () => {
  it('is not read when it has to be deep, which the summary says though every object was seen', async () => {
    const bucket = new MemoryStorageDriver();
    await using fixture = await ArchiveFixture.make(bucket);
    await fixture.record([1, 2]);
    await fixture.upload();
    jest.spyOn(bucket, 'walk').mockImplementation(() => {
      throw new StorageUnavailableError('unreachable', 'it is away.');
    });

    expect(await summaryOf(fixture, { deep: true })).toMatchObject({ findings: 0, unseen: 0, isIncomplete: true });
    expect(await summaryOf(fixture, {})).toMatchObject({ findings: 0, unseen: 0, isIncomplete: false });
    await bucket.delete(parseObjectKey(`${DIRECTORY}/seg_0001.m4s`));
    expect(await summaryOf(fixture, { deep: true })).toMatchObject({ findings: 0, isIncomplete: true });
  });

  it.each([
    { args: [], exitCode: 0, says: ': clean.' },
    { args: ['--deep'], exitCode: 2, says: ': no findings, not all of it was read.' },
  ])('ends fsck $args with $exitCode when the spool has everything', async ({ args, exitCode, says }) => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    const env = {
      AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
      AIRCHECK_RECORDER_STORAGE_BUCKET: 'media',
      AIRCHECK_RECORDER_STORAGE_REGION: 'us-east-1',
      AIRCHECK_RECORDER_STORAGE_ENDPOINT: 'http://127.0.0.1:9',
      AIRCHECK_RECORDER_STORAGE_ACCESS_KEY_ID: 'k',
      AIRCHECK_RECORDER_STORAGE_SECRET_ACCESS_KEY: 's',
      AIRCHECK_RECORDER_SPOOL_DIR: fixture.root,
      DATABASE_URL: `sqlite://${fixture.folder}/index.db`,
    };
    const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);

    await fsckCommand.run(args, contextOf(fixture, env));
    const output = written.mock.calls.map(([text]) => String(text)).join('');
    written.mockRestore();
    const ended = process.exitCode;
    process.exitCode = undefined;

    expect(output).toContain(says);
    expect(ended).toBe(exitCode);
  });
});
