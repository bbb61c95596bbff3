import { RecordingSession, SegmentRow } from '../../src/modules/index/entities/index.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { record, START, startIndex, type IndexFixture } from './support/index-fixture.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases(() => {
  async function report({ app }: IndexFixture): Promise<Record<string, unknown>> {
    const response = await fetch(`${await app.getUrl()}/api/v1/storage`);
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown>;
  }

  it('tells of an empty server that nothing grows and nothing waits', async () => {
    await using fixture = await startIndex({ AIRCHECK_RECORDER_MIN_FREE_BYTES: '1000' });

    await expect(report(fixture)).resolves.toEqual({
      kind: 'fs',
      freeBytes: expect.any(Number) as number,
      lowSpaceBytes: 1000,
      usedBytes: 0,
      bytesPerHour: 0,
      hoursLeft: null,
      places: {
        local: { segments: 0, bytes: 0 },
        bucket: { segments: 0, bytes: 0 },
        backup: { objects: 0, bytes: 0 },
        lost: { segments: 0, bytes: 0 },
      },
      held: { sessions: 0, bytes: 0 },
      jobs: { pending: [], oldestAgeSeconds: null, lastError: null },
      stores: [{ store: 'folder', belonging: null }],
    });
  });

  it('adds up what is recorded and held, and says how long there is room', async () => {
    await using fixture = await startIndex();
    const { dataSource, index } = fixture;
    await record(fixture, { segments: [1, 2] });
    await index.setSessionState('s1', { state: 'completed', endedAt: START });
    await record(fixture, { id: 's2', segments: [3] });
    await dataSource.manager.update(RecordingSession, { id: 's2' }, { heldAt: START });
    await dataSource.manager.update(SegmentRow, { number: 1 }, { createdAt: START });

    const { usedBytes, bytesPerHour, hoursLeft, held } = await report(fixture);

    const segmentBytes = Number(usedBytes) / 3;
    expect(held).toEqual({ sessions: 1, bytes: segmentBytes });
    // Two segments in what counts as five minutes.
    expect(bytesPerHour).toBe(2 * segmentBytes * 12);
    expect(hoursLeft).toBeGreaterThan(0);
  });

  it('says what waits to be done, for how long and why', async () => {
    await using fixture = await startIndex({}, { bucket: new MemoryStorageDriver() });
    const { app, dataSource } = fixture;
    await record(fixture, { segments: [1] });
    await dataSource.transaction((manager) =>
      app.get(OutboxService).delete(manager, [parseObjectKey('cam/seg_0009.m4s')], {
        sizes: new Map([['cam/seg_0009.m4s', 77]]),
      }),
    );
    const longAgo = new Date(Date.now() - 90_000);
    await dataSource.manager.update(
      Job,
      { objectKey: 'cam/2026/11/20/seg_0001.m4s' },
      { createdAt: longAgo, attempts: 3, lastError: 'The storage does not work: it cannot be reached.' },
    );

    const { jobs } = (await report(fixture)) as { jobs: { oldestAgeSeconds: number } };

    expect(jobs).toMatchObject({
      pending: [
        { kind: 'delete', count: 1, bytes: 77, failing: 0 },
        { kind: 'upload', count: 4, bytes: expect.any(Number) as number, failing: 1 },
      ],
      lastError: 'The storage does not work: it cannot be reached.',
    });
    expect(jobs.oldestAgeSeconds).toBeGreaterThanOrEqual(90);
  });

  it('says the same as metrics, and leaves out what it does not know', async () => {
    await using fixture = await startIndex({ AIRCHECK_RECORDER_MIN_FREE_BYTES: '1000' });
    const metrics = async (): Promise<Map<string, string>> => {
      const response = await fetch(`${await fixture.app.getUrl()}/metrics`);
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return new Map(lines.map((line) => line.split(' ') as [string, string]));
    };

    const before = await metrics();
    expect(before.get('aircheck_storage_low_space_bytes')).toBe('1000');
    expect(before.get('aircheck_storage_used_bytes')).toBe('0');
    expect(Number(before.get('aircheck_storage_free_bytes'))).toBeGreaterThan(0);
    expect(before.has('aircheck_storage_hours_left')).toBe(false);
    expect(before.has('process_cpu_seconds_total')).toBe(true);

    await record(fixture, { segments: [1, 2] });
    await fixture.dataSource.transaction((manager) =>
      fixture.app.get(OutboxService).delete(manager, [parseObjectKey('cam/seg_0009.m4s')], {
        sizes: new Map([['cam/seg_0009.m4s', 77]]),
      }),
    );
    const after = await metrics();
    expect(Number(after.get('aircheck_storage_hours_left'))).toBeGreaterThan(0);
    expect(after.get('aircheck_jobs_pending{kind="delete"}')).toBe('1');
    expect(after.get('aircheck_jobs_pending_bytes{kind="delete"}')).toBe('77');
  });
});
