import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/index.js';
import { migrations } from '../../src/migrations/index.js';
import { auditQuery } from '../../src/modules/audit/audit-query.js';
import { AuditService, type Deed } from '../../src/modules/audit/audit.service.js';
import { AuditEvent } from '../../src/modules/audit/entities/audit-event.entity.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { makeDatabase, overBothDatabases } from '../support/databases.js';

const MOST = 100;
const WAVES = 40;

const done: Deed = {
  event: 'recordings-deleted',
  outcome: 'ok',
  actor: 'ann',
  address: '192.0.2.1',
  stream: 'cam',
  subject: undefined,
};

/** One that shows no credentials, from wherever and with whatever names it likes. */
const stranger = (n: number): Deed => ({
  event: n % 2 === 0 ? 'refused' : 'login',
  outcome: n % 2 === 0 ? 'token-missing' : 'credentials-wrong',
  actor: n % 2 === 0 ? '' : 'ann',
  address: `10.${String((n >> 16) & 255)}.${String((n >> 8) & 255)}.${String(n & 255)}`,
  stream: `name-${String(n)}`,
  subject: 'GET /api/streams/:stream',
});

overBothDatabases(() => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  let folder: string;
  let dataSource: DataSource;
  let audit: AuditService;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audit-'));
    const database = await makeDatabase(folder);
    dataSource = await openDataSource(dataSourceOptions(database, { entities: [AuditEvent], migrations }));
    const { config } = loadConfig({ env: { AIRCHECK_AUDIT_MAX_EVENTS: String(MOST) }, cwd: '/' });
    audit = new AuditService(dataSource, config);
  });

  afterEach(async () => {
    await audit.beforeApplicationShutdown();
    await dataSource.destroy();
    await rm(folder, { recursive: true });
  });

  const list = (): ReturnType<AuditService['list']> => audit.list(auditQuery.parse({ limit: 200 }));

  it('keeps what was done however many strangers are refused, and few of them', async () => {
    audit.record(done);
    for (let n = 0; n < WAVES * 50; n += 1) {
      audit.record(stranger(n));
      if (n % 50 === 0) await list();
    }
    await list();
    const { events } = await list();

    expect(events.filter(({ event }) => event === done.event)).toHaveLength(1);
    expect(events.length).toBeGreaterThan(1);
    expect(await dataSource.manager.count(AuditEvent)).toBeLessThanOrEqual(1 + MOST / 10 + MOST / 10 + 50);
  });

  it('deletes the oldest when there are more than it may have, not an hour later', async () => {
    for (let n = 0; n < 3 * MOST; n += 1) {
      audit.record({ ...done, subject: String(n) });
      if (n % 10 === 0) await list();
    }
    const { events } = await list();

    expect(events[0]?.subject).toBe(String(3 * MOST - 1));
    expect(events.length).toBeGreaterThan(0);
    expect(events.length).toBeLessThanOrEqual(MOST + MOST / 5);
  });

  it('hides no reason behind very many others', async () => {
    for (let n = 0; n < 5000; n += 1) audit.record(stranger(2 * n));
    audit.record({ ...stranger(1), address: '198.51.100.1' });
    await list();

    expect(await dataSource.manager.countBy(AuditEvent, { outcome: 'credentials-wrong' })).toBe(1);
  });
});
