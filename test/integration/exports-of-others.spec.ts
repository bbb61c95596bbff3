import { DataSource } from 'typeorm';
import { ExportsModule } from '../../src/modules/exports/exports.module.js';
import { ExportTable } from '../../src/modules/exports/jobs/export-table.js';
import { makeDatabase, overBothDatabases } from '../support/databases.js';
import { startIndex } from './support/index-fixture.js';

interface Event {
  readonly state: string;
  readonly percent: number;
  readonly node: string;
}

/** Events of one export as they come. */
async function* eventsOf(url: string): AsyncGenerator<Event> {
  const { body } = await fetch(url);
  let text = '';
  for await (const chunk of body ?? []) {
    const events = (text + Buffer.from(chunk).toString()).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) if (event.startsWith('data: ')) yield JSON.parse(event.slice(6)) as Event;
  }
}

overBothDatabases((database) => {
  const itOverPostgres = database === 'PostgreSQL' ? it : it.skip;

  itOverPostgres('an export that another node makes is told as it goes on, and to its end', async () => {
    const shared = await makeDatabase('');
    await using maker = await startIndex({}, {}, [ExportsModule], shared);
    await using other = await startIndex({ AIRCHECK_RECORDER_NODE_ALIAS: 'node-2' }, {}, [ExportsModule], shared);
    const table = new ExportTable(maker.app.get(DataSource), 'node-1');
    const { id } = await table.insert({
      ...{ stream: 'cam', format: 'mp4', gaps: 'keep', selection: { sessionId: 's1' } },
    });
    const deleted = await table.insert({
      ...{ stream: 'cam', format: 'mp4', gaps: 'keep', selection: { sessionId: 's1' } },
    });
    const url = `${await other.app.getUrl()}/api/v1/exports`;
    const events = eventsOf(`${url}/${id}/events`);
    const next = async () => (await events.next()).value as Event | undefined;

    expect(await next()).toMatchObject({ state: 'waiting', node: 'node-1' });
    await table.update(id, { state: 'running', startedAt: new Date(), sizeBytes: 200, writtenBytes: 50 });
    expect(await next()).toMatchObject({ state: 'running', percent: 25 });
    await table.update(id, { state: 'completed', endedAt: new Date() });
    let last: Event | undefined;
    for await (const event of events) last = event;
    expect(last).toMatchObject({ state: 'completed', percent: 100 });

    const ofDeleted = eventsOf(`${url}/${deleted.id}/events`);
    await ofDeleted.next();
    await table.delete(deleted.id);
    for await (const event of ofDeleted) expect(event.state).toBe('waiting');
  });
});
