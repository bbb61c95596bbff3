import { NodeListService } from '../../src/modules/index/node-list.service.js';
import { NodeRow } from '../../src/modules/index/entities/index.js';
import { NodeService } from '../../src/modules/index/nodes/node.service.js';
import { startIndex } from './support/index-fixture.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases(() => {
  it('has one row for this server, however often it starts', async () => {
    await using fixture = await startIndex();
    const { app, dataSource } = fixture;
    const nodes = app.get(NodeService);

    await nodes.register({ url: 'http://127.0.0.1:7777/', version: '0.1.0' });
    await nodes.register({ url: 'http://127.0.0.1:7778/', version: '0.2.0' });

    const rows = await dataSource.manager.find(NodeRow);
    expect(rows).toMatchObject([{ alias: 'node-1', url: 'http://127.0.0.1:7778/', version: '0.2.0', cpuPercent: 0 }]);
    expect(Date.now() - (rows[0]?.lastSeenAt.getTime() ?? 0)).toBeLessThan(5000);
  });

  it('leaves its last load and sign of life when it stops', async () => {
    await using fixture = await startIndex();
    const { app, dataSource } = fixture;
    const nodes = app.get(NodeService);
    await nodes.register({ url: 'http://127.0.0.1:7777/', version: '0.1.0' });
    const [before] = await dataSource.manager.find(NodeRow);

    await nodes.reportLoad({ workers: 2, cpuPercent: 40, sessions: 7, liveStreams: 1, takesNobody: false });
    await nodes.beforeApplicationShutdown();

    const [after] = await dataSource.manager.find(NodeRow);
    expect(after).toMatchObject({ workers: 2, cpuPercent: 40, sessions: 7, startedAt: before?.startedAt });
    expect(after?.lastSeenAt.getTime()).toBeGreaterThanOrEqual(before?.lastSeenAt.getTime() ?? Infinity);
  });

  it('names another node with room only while its own row says that it has none', async () => {
    await using fixture = await startIndex();
    const { app, dataSource } = fixture;
    const nodes = app.get(NodeService);
    const list = app.get(NodeListService);
    await nodes.register({ url: 'http://127.0.0.1:7777/', version: '0.1.0' });
    const load = { workers: 1, cpuPercent: 40, sessions: 7, liveStreams: 1 };
    const now = new Date();
    const other = { alias: 'other', url: 'http://127.0.0.1:7778/', version: '0.1.0', startedAt: now, lastSeenAt: now };
    await dataSource.manager.insert(NodeRow, { ...other, ...load });
    const withRoom = (): Promise<string | undefined> => list.withRoom('node-1');

    expect(await withRoom()).toBeUndefined();
    await nodes.reportLoad({ ...load, takesNobody: true });
    expect(await withRoom()).toBe('http://127.0.0.1:7778');
    await nodes.reportLoad({ ...load, takesNobody: false });
    expect(await withRoom()).toBeUndefined();
    await nodes.reportLoad({ ...load, takesNobody: true });
    await dataSource.manager.update(NodeRow, { alias: 'other' }, { lastSeenAt: new Date(Date.now() - 31_000) });
    expect(await withRoom()).toBeUndefined();
  });
});
