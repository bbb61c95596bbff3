import 'reflect-metadata';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '../../src/cli/doctor/doctor.js';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { reportOf } from '../../src/cli/doctor/report.js';
import { loadConfig } from '../../src/config/index.js';
import { migrations } from '../../src/migrations/index.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { databaseSettings, makeDatabase, overBothDatabases } from '../support/databases.js';
import '../support/errors-of-node.js';
import { freePort } from '../support/listening.js';
import { S3Server } from '../support/s3-server.js';
import { itWith } from '../support/tools.js';
import { ArchiveFixture } from './support/archive-fixture.js';

const MARK = '.aircheck-storage.json';
const FOREIGN_MARK = `{"owner":"${'0'.repeat(32)}"}`;

describe('aircheck doctor', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aircheck-doctor-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** @param env what is set beside loopback, free ports and a folder of the test's own */
  const examine = async (env: Record<string, string> = {}): Promise<Finding[]> =>
    diagnose(
      loadConfig({
        cwd: folder,
        env: {
          AIRCHECK_HTTP_LISTEN: '127.0.0.1:0',
          AIRCHECK_WEBRTC_UDP_PORT: '0',
          AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '127.0.0.1',
          AIRCHECK_RECORDER_MIN_FREE_BYTES: '1048576',
          AIRCHECK_RECORDER_STORAGE_ROOT: join(folder, 'recordings'),
          AIRCHECK_RECORDER_SPOOL_DIR: join(folder, 'spool'),
          DATABASE_URL: `sqlite://${join(folder, 'index.db')}`,
          ...env,
        },
      }),
    );
  const of = (findings: readonly Finding[], check: string): Finding[] => findings.filter((one) => one.check === check);

  it('finds no problem where a server would run, and leaves nothing behind', async () => {
    const findings = await examine({ AIRCHECK_RECORDER_STORAGE_ROOT: join(folder, 'data/recordings') });

    expect(await readdir(folder)).toEqual([]);
    expect(findings.filter(({ severity }) => severity === 'problem')).toEqual([]);
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set([
        ...['http-port', 'udp-ports', 'announced-addresses', 'udp-reachability', 'receive-buffer', 'open-files'],
        ...['disk-space', 'disk-speed', 'clock', 'database', 'folder-mark'],
      ]),
    );
    expect(of(findings, 'udp-reachability')).toMatchObject([{ severity: 'ok' }]);
  });

  it('names the UDP port that somebody else has, and the command that tells who', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address();

    const findings = await examine({ AIRCHECK_WEBRTC_UDP_PORT: String(port), AIRCHECK_ENGINE_WORKERS: '1' });
    other.close();

    expect(of(findings, 'udp-ports')).toMatchObject([
      {
        severity: 'problem',
        message: expect.stringContaining(`UDP port ${String(port)}`) as string,
        remedy: expect.stringContaining(`ss -lunp 'sport = :${String(port)}'`) as string,
      },
    ]);
  });

  it('says of an address that is announced and elsewhere that it has to be tried from outside', async () => {
    const findings = await examine({ AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '192.0.2.7:40000' });

    expect(of(findings, 'udp-reachability')).toMatchObject([
      { severity: 'warning', remedy: expect.stringContaining('forward UDP port 40000 of 192.0.2.7') as string },
    ]);
  });

  it('tells what of the network the page would advise', async () => {
    const port = String(await freePort());
    const findings = await examine({
      AIRCHECK_WEBRTC_STUN_SERVERS: `stun:127.0.0.1:${port}`,
      AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '::1',
    });

    const messages = of(findings, 'announced-addresses').map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringContaining('No address is IPv4'));
    expect(messages).toContainEqual(expect.stringContaining('No STUN server'));
  });

  it('tells a folder that is none, a disk without room, and a database that is none', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, 'neither a folder nor a database');

    const wrong = await examine({ AIRCHECK_RECORDER_STORAGE_ROOT: file, DATABASE_URL: `sqlite://${file}` });
    const full = await examine({ AIRCHECK_RECORDER_MIN_FREE_BYTES: String(2 ** 52) });

    expect(of(wrong, 'disk-writable')).toMatchObject([{ severity: 'problem' }]);
    expect(of(wrong, 'database')).toMatchObject([
      { severity: 'problem', remedy: expect.stringContaining('aircheck reindex') as string },
    ]);
    expect(of(full, 'disk-space')).toMatchObject([{ severity: 'problem' }]);
  });

  it('tells a bucket that cannot be reached', async () => {
    const bucket = {
      AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
      AIRCHECK_RECORDER_STORAGE_ROOT: '',
      AIRCHECK_RECORDER_STORAGE_BUCKET: 'recordings',
      AIRCHECK_RECORDER_STORAGE_ACCESS_KEY_ID: 'key',
      AIRCHECK_RECORDER_STORAGE_SECRET_ACCESS_KEY: 'a-secret-key',
      AIRCHECK_RECORDER_STORAGE_REGION: 'us-east-1',
      AIRCHECK_RECORDER_STORAGE_ENDPOINT: `http://127.0.0.1:${String(await freePort())}`,
    };
    const findings = await examine(bucket);

    expect(of(findings, 'bucket')).toMatchObject([
      { severity: 'problem', remedy: expect.stringContaining('endpoint') as string },
    ]);
    expect(JSON.stringify(findings)).not.toContain('a-secret-key');
  });

  itWith('minio')('writes, reads and deletes in a bucket, and compares its clock', async () => {
    await using s3 = await S3Server.start();
    const good = await examine({ ...s3.settings(), AIRCHECK_RECORDER_STORAGE_ROOT: '' });
    const wrong = await examine({
      ...s3.settings(),
      AIRCHECK_RECORDER_STORAGE_ROOT: '',
      AIRCHECK_RECORDER_STORAGE_BUCKET: 'not-there',
    });

    expect(of(good, 'bucket')).toMatchObject([{ severity: 'ok' }]);
    expect(of(good, 'clock')).toContainEqual(expect.objectContaining({ severity: 'ok' }));
    expect(of(wrong, 'bucket')).toMatchObject([
      { severity: 'problem', remedy: expect.stringContaining('Make the bucket') as string },
    ]);
    expect(of(good, 'bucket-mark')).toMatchObject([{ severity: 'ok' }]);
    expect(of(wrong, 'bucket-mark')).toEqual([]);
    expect(await s3.objectKeys()).toEqual([]);
  });

  itWith('minio')('tells a bucket and a backup that are another database’s, and what to do', async () => {
    await using s3 = await S3Server.start();
    const main = s3.settings();
    const backup = Object.entries(main).map(([name, value]) => [name.replace('_STORAGE_', '_BACKUP_STORAGE_'), value]);
    const keys = [MARK, `second/${MARK}`];
    for (const key of keys) await s3.writeObject(key, Buffer.from(FOREIGN_MARK));

    const findings = await examine({
      ...main,
      ...(Object.fromEntries(backup) as Record<string, string>),
      AIRCHECK_RECORDER_STORAGE_ROOT: '',
      AIRCHECK_RECORDER_BACKUP_STORAGE_ROOT: 'second',
    });

    expect(of(findings, 'bucket')).toMatchObject([{ severity: 'ok' }]);
    for (const check of ['bucket-mark', 'backup-bucket-mark']) {
      expect(of(findings, check)).toMatchObject([
        { severity: 'problem', remedy: expect.stringContaining('aircheck fsck --adopt') as string },
      ]);
    }
    expect(await s3.objectKeys()).toEqual(keys);
    for (const key of keys) expect((await s3.readObject(key)).toString()).toBe(FOREIGN_MARK);
  });

  it('tells a folder that is another database’s before there is one of its own, and makes none', async () => {
    const root = join(folder, 'recordings');
    await mkdir(root);
    await writeFile(join(root, MARK), FOREIGN_MARK);

    const findings = await examine();

    expect(of(findings, 'folder-mark')).toMatchObject([
      { severity: 'problem', message: expect.stringContaining('another database') as string },
    ]);
    expect(reportOf('1.0.0', findings).status).toBe('problem');
    expect(await readdir(folder)).toEqual(['recordings']);
  });

  it('tells whose the folder is beside those who have its database open, and marks nothing', async () => {
    await using fixture = await ArchiveFixture.make();
    const { dataSource, ownership } = fixture.archive;
    const look = async (): Promise<Finding[]> =>
      of(
        await examine({
          AIRCHECK_RECORDER_STORAGE_ROOT: fixture.root,
          AIRCHECK_RECORDER_NODE_ALIAS: 'node-1',
          DATABASE_URL: `sqlite://${String(dataSource.options.database)}`,
        }),
        'folder-mark',
      );

    expect(await look()).toMatchObject([{ severity: 'ok', message: expect.stringContaining('no mark yet') as string }]);
    expect(existsSync(fixture.root)).toBe(false);
    expect(await fixture.rows.query('SELECT * FROM "storage_owner"')).toEqual([]);

    await fixture.record([1]);
    await ownership.assertOurs('folder');
    expect(await look()).toMatchObject([
      { severity: 'ok', message: expect.stringContaining('has the mark') as string },
    ]);

    await rm(fixture.root, { recursive: true });
    expect(await look()).toMatchObject([
      { severity: 'problem', remedy: expect.stringContaining('aircheck fsck --adopt') as string },
    ]);
    expect(existsSync(fixture.root)).toBe(false);
  });

  overBothDatabases((database) => {
    it('tells which version a database is of, and changes nothing in it', async () => {
      const { url } = await makeDatabase(folder);
      const open = () =>
        openDataSource({
          ...dataSourceOptions(databaseSettings(url), { entities: [], migrations }),
          migrationsRun: false,
        });
      const change = async (statement?: string): Promise<void> => {
        const dataSource = await open();
        if (statement === undefined) await dataSource.runMigrations();
        else await dataSource.query(statement);
        await dataSource.destroy();
      };
      const look = async (): Promise<Finding | undefined> => of(await examine({ DATABASE_URL: url }), 'database')[0];
      await change();
      const [last] = migrations.map(({ name }) => name).slice(-1);

      expect(await look()).toMatchObject({ severity: 'ok' });
      expect(of(await examine({ DATABASE_URL: url }), 'folder-mark')).toMatchObject([{ severity: 'ok' }]);
      await change(`DELETE FROM "migrations" WHERE "name" = '${String(last)}'`);
      expect(await look()).toMatchObject({ severity: 'note' });
      expect(of(await examine({ DATABASE_URL: url }), 'folder-mark')).toEqual([]);
      await change(`INSERT INTO "migrations" ("timestamp", "name") VALUES (1, '${String(last)}')`);
      await change(`INSERT INTO "migrations" ("timestamp", "name") VALUES (2, 'OfTheFuture')`);
      expect(await look()).toMatchObject({
        severity: 'problem',
        message: expect.stringContaining('OfTheFuture') as string,
      });
      if (database === 'PostgreSQL') {
        expect(of(await examine({ DATABASE_URL: url }), 'clock')).toContainEqual(
          expect.objectContaining({ severity: 'ok', message: expect.stringContaining('the database') as string }),
        );
      }
    });
  });
});
