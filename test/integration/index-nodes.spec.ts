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

    nodes.reportLoad({ workers: 2, cpuPercent: 40, sessions: 7, liveStreams: 1 });
    await nodes.beforeApplicationShutdown();

    const [after] = await dataSource.manager.find(NodeRow);
    expect(after).toMatchObject({ workers: 2, cpuPercent: 40, sessions: 7, startedAt: before?.startedAt });
    expect(after?.lastSeenAt.getTime()).toBeGreaterThanOrEqual(before?.lastSeenAt.getTime() ?? Infinity);
  });
});
