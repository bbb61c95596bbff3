import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { loadConfig, type AppConfig } from '../../src/config/index.js';
import { migrations } from '../../src/migrations/index.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/memory.driver.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { JobRunner } from '../../src/modules/storage/jobs/job-runner.js';
import { JobTable } from '../../src/modules/storage/jobs/job-table.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { Deliverer } from '../../src/modules/webhooks/delivery/deliverer.js';
import { DeliveryLog } from '../../src/modules/webhooks/delivery/delivery-log.js';
import { WebhookDelivery, webhookEntities } from '../../src/modules/webhooks/entities/index.js';
import type { EventType, HappenedEvent } from '../../src/modules/webhooks/events/event.js';
import { EventWriter } from '../../src/modules/webhooks/events/event-writer.js';
import { TargetDirectory, type NewTarget } from '../../src/modules/webhooks/targets/target-directory.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { ForbiddenAddresses } from '../../src/platform/outgoing/forbidden-addresses.js';
import { systemClock } from '../../src/shared/clock.js';
import { groupBy } from '../../src/shared/group-by.js';
import { makeDatabase, overBothDatabases } from '../support/databases.js';
import { PostgresServer } from '../support/postgres-server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const SECRET = 'a-secret-of-tests-for-webhooks';
const RETRY = { firstMs: 5, longestMs: 40 };
const HOUR_MS = 3_600_000;

/** Webhooks over a database of their own, with the jobs that deliver them. */
class Webhooks implements AsyncDisposable {
  private constructor(
    private readonly folder: string,
    readonly dataSource: DataSource,
    readonly targets: TargetDirectory,
    readonly log: DeliveryLog,
    private readonly writer: EventWriter,
    private readonly runner: JobRunner,
    private readonly deliverer: Deliverer,
  ) {}

  static async start({
    allowed = ['127.0.0.0/8'],
    mostRows = 1000,
    timeoutMs = 300,
    node = 'node-1',
    database = undefined as AppConfig['database'] | undefined,
  } = {}): Promise<Webhooks> {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-webhooks-'));
    const entities = [Job, ...webhookEntities];
    const dataSource = await openDataSource(
      dataSourceOptions(database ?? (await makeDatabase(folder)), { entities, migrations }),
    );
    const { config } = loadConfig({ env: { AIRCHECK_RECORDER_NODE_ALIAS: node }, cwd: folder });
    const stores = { local: new MemoryStorageDriver(), bucket: undefined, backup: undefined };
    const outbox = new OutboxService(dataSource, stores, config);
    const targets = new TargetDirectory(dataSource, outbox, systemClock, config.webhooks);
    const forbidden = new ForbiddenAddresses(allowed);
    const find = (id: string): ReturnType<TargetDirectory['find']> => targets.find(id);
    const limits = { timeoutMs, keepMs: HOUR_MS };
    const deliverer = new Deliverer(dataSource, find, forbidden, limits, systemClock);
    outbox.handleCalls(deliverer);
    const table = new JobTable(dataSource, node, systemClock, () => []);
    const settings = { uploadsSideBySide: 1, backupAfterMs: HOUR_MS, graceMs: 1000, retry: RETRY };
    const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
    const runner = new JobRunner(table, stores, settings, systemClock, silent, (key) => outbox.doCall(key));
    outbox.onOrder(() => runner.wake());
    await runner.onApplicationBootstrap();
    const writer = new EventWriter((manager) => targets.current(manager), outbox, node);
    const log = new DeliveryLog(dataSource, outbox, { keepMs: HOUR_MS, mostRows }, systemClock);
    return new Webhooks(folder, dataSource, targets, log, writer, runner, deliverer);
  }

  add(receiver: { readonly url: string }, changes: Partial<NewTarget> = {}): Promise<{ readonly id: string }> {
    return this.targets.create({ url: receiver.url, secret: SECRET, events: ['*'], streams: ['*'], ...changes });
  }

  async tell(...events: readonly HappenedEvent[]): Promise<void> {
    await inTransaction(this.dataSource, (manager) => this.writer.write(manager, events));
  }

  async tellAndFail(...events: readonly HappenedEvent[]): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      await this.writer.write(manager, events);
      throw new Error('what it follows from failed');
    });
  }

  async states(): Promise<string[]> {
    const { deliveries } = await this.log.list({ limit: 100 });
    return deliveries.map(({ eventType, state, attempts }) => `${eventType} ${state} ${String(attempts)}`);
  }

  /** Nothing is finished or written down: its connections end, and with them what they held. */
  async kill(): Promise<void> {
    this.deliverer.stop();
    this.runner.onModuleDestroy();
    await this.dataSource.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.runner.onModuleDestroy();
    this.deliverer.stop();
    await this.runner.beforeApplicationShutdown();
    await this.dataSource.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function happened(type: EventType, id = 's1', stream = 'cam', happenedAt = new Date()): HappenedEvent {
  return { type, subject: { kind: 'publish', id }, stream, happenedAt, data: { reason: 'requested' } };
}

overBothDatabases(() => {
  it('tell in order, signed, with a place for each event of a session', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using webhooks = await Webhooks.start();
    await webhooks.add(receiver);

    await webhooks.tell(happened('publish.started'), happened('publish.started', 's2', 'other'));
    await webhooks.tell(happened('publish.connected'));
    await webhooks.tell(happened('publish.stopped'));
    await until(() => receiver.posts.length === 4, 'all are told');

    expect(receiver.posts.every(({ isSigned }) => isSigned)).toBe(true);
    expect(receiver.events.map(({ type, sequence, stream }) => [type, sequence, stream])).toEqual([
      ['publish.started', 1, 'cam'],
      ['publish.started', 1, 'other'],
      ['publish.connected', 2, 'cam'],
      ['publish.stopped', 3, 'cam'],
    ]);
    expect(receiver.events[0]).toMatchObject({
      node: 'node-1',
      subject: { kind: 'publish', id: 's1' },
      data: { reason: 'requested' },
    });
  });

  it('tell each target what it wants', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using webhooks = await Webhooks.start();
    await webhooks.add(receiver, { events: ['*.stopped'], streams: ['cam*'] });

    await webhooks.tell(happened('publish.started'), happened('publish.stopped'));
    await webhooks.tell(happened('publish.stopped', 's2', 'other'), happened('subscribe.stopped', 's3', 'cam-2'));
    await until(() => receiver.posts.length === 2, 'both are told');

    expect(receiver.types).toEqual(['publish.stopped', 'subscribe.stopped']);
  });

  it('tell nothing of what was not committed', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using webhooks = await Webhooks.start();
    await webhooks.add(receiver);

    await expect(webhooks.tellAndFail(happened('publish.started'))).rejects.toThrow('what it follows from failed');
    await webhooks.tell(happened('publish.stopped'));
    await until(() => receiver.posts.length === 1, 'the other is told');

    expect(receiver.events).toMatchObject([{ type: 'publish.stopped', sequence: 1 }]);
  });

  it('try again, under the same id, until the target takes it', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using webhooks = await Webhooks.start();
    await webhooks.add(receiver);
    receiver.answer = (_event, response) => void response.writeHead(receiver.posts.length < 4 ? 503 : 200).end();

    await webhooks.tell(happened('publish.started'), happened('publish.stopped'));
    await until(() => receiver.posts.length === 5, 'both are told');
    await until(async () => (await webhooks.states())[0] === 'publish.stopped delivered 1', 'the log says so');

    expect(receiver.types).toEqual([...Array<string>(4).fill('publish.started'), 'publish.stopped']);
    expect(new Set(receiver.posts.slice(0, 4).map(({ event }) => event.id)).size).toBe(1);
    expect(receiver.posts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 1]);
  });

  it('give up what a target does not want, redirects among it, and go on', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using elsewhere = await WebhookReceiver.start(SECRET);
    await using webhooks = await Webhooks.start();
    await webhooks.add(receiver);
    receiver.answer = (event, response) => {
      if (event.type === 'publish.started') response.writeHead(307, { location: elsewhere.url }).end();
      else response.writeHead(204).end();
    };

    await webhooks.tell(happened('publish.started'), happened('publish.stopped'));
    await until(() => receiver.types.includes('publish.stopped'), 'the second is told');
    await until(async () => (await webhooks.states())[0] === 'publish.stopped delivered 1', 'the log says so');

    expect(await webhooks.states()).toEqual(['publish.stopped delivered 1', 'publish.started failed 5']);
    expect(elsewhere.posts).toEqual([]);
  });

  it('keep nobody waiting for targets that hang, answer garbage or trickle', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using hanging = await WebhookReceiver.start(SECRET);
    hanging.answer = () => undefined;
    const garbage = createServer((socket) => void socket.on('error', () => undefined).end('hello\r\n\r\n')).listen(0);
    const trickling = createServer((socket) => {
      socket.on('error', () => undefined);
      const timer = setInterval(() => socket.write('HTTP/1.1 200 OK\r\nx: '), 20);
      socket.once('close', () => {
        clearInterval(timer);
      });
    }).listen(0);
    await Promise.all([once(garbage, 'listening'), once(trickling, 'listening')]);
    const urlOf = (server: typeof garbage): { url: string } => ({
      url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    });
    // Twenty of these, one after another, are more than the test waits.
    await using webhooks = await Webhooks.start({ timeoutMs: 4000 });
    for (const target of [hanging, urlOf(garbage), urlOf(trickling), receiver]) await webhooks.add(target);

    for (let count = 0; count < 20; count += 1) await webhooks.tell(happened('publish.connected'));
    await until(() => receiver.posts.length === 20, 'the good one has heard all');
    await until(async () => {
      const { deliveries } = await webhooks.log.list({ limit: 100, state: 'pending' });
      return new Set(deliveries.flatMap(({ lastError }) => lastError ?? [])).size >= 2;
    }, 'the log says what was wrong with the others');
    garbage.close();
    trickling.close();
  });

  it('are sent to no address of this machine or site that is not allowed', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using webhooks = await Webhooks.start({ allowed: [] });
    const port = new URL(receiver.url).port;
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433']) {
      await webhooks.add({ url: `http://${host}:${port}/hook` });
    }

    await webhooks.tell(happened('publish.started'));
    await until(async () => {
      const { deliveries } = await webhooks.log.list({ limit: 100 });
      return deliveries.every(({ lastError }) => lastError?.includes('may not be sent to') === true);
    }, 'all are refused');

    expect(receiver.posts).toEqual([]);
  });

  it('can be told again', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using webhooks = await Webhooks.start();
    await webhooks.add(receiver);
    await webhooks.tell(happened('publish.started'));
    await until(async () => (await webhooks.states())[0] === 'publish.started delivered 1', 'it is told');

    const { deliveries } = await webhooks.log.list({ limit: 1 });
    await webhooks.log.deliverAgain(deliveries[0]?.id ?? '');
    await until(() => receiver.posts.length === 2, 'it is told again');

    expect(receiver.events).toHaveLength(1);
    await expect(webhooks.log.deliverAgain('nobody')).rejects.toMatchObject({ code: 'webhook-delivery-not-found' });
  });

  it('are logged as far as there is room, what waits before what was told', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using webhooks = await Webhooks.start({ mostRows: 3 });
    await webhooks.add(receiver);
    for (let count = 0; count < 5; count += 1) await webhooks.tell(happened('publish.connected'));
    await until(async () => (await webhooks.states()).every((state) => state.includes('delivered')), 'all are told');
    receiver.answer = (_event, response) => void response.writeHead(503).end();
    await webhooks.tell(happened('publish.stopped'));

    await webhooks.log.trim();

    expect((await webhooks.states()).map((state) => state.split(' ')[0])).toEqual([
      'publish.stopped',
      'publish.connected',
      'publish.connected',
    ]);
  });

  it('forget a target that is deleted', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    receiver.answer = (_event, response) => void response.writeHead(503).end();
    await using webhooks = await Webhooks.start();
    const { id } = await webhooks.add(receiver);
    await webhooks.tell(happened('publish.started'));

    await webhooks.targets.delete(id);

    expect(await webhooks.dataSource.manager.count(WebhookDelivery)).toBe(0);
    await until(async () => (await webhooks.dataSource.manager.count(Job)) === 0, 'nobody is called any more');
    await expect(webhooks.targets.delete(id)).rejects.toMatchObject({ code: 'webhook-target-not-found' });
  });
});

/** The places of events of each subject, in the order in which the target heard of them first. */
function sequencesOf(receiver: WebhookReceiver): Map<string, number[]> {
  return new Map(
    [...groupBy(receiver.events, ({ subject }) => subject.id)].map(([id, events]) => [
      id,
      events.map(({ sequence }) => sequence),
    ]),
  );
}

describe('webhooks of two servers on one database', () => {
  const inOrder = Array.from({ length: 30 }, (_, place) => place + 1);

  // As few connections as are allowed: one is kept while a target is told.
  async function twoNodes(postgres: PostgresServer): Promise<[Webhooks, Webhooks]> {
    const { config } = loadConfig({
      env: {
        AIRCHECK_DATABASE_URL: postgres.url(await postgres.createDatabase()),
        AIRCHECK_DATABASE_MAX_CONNECTIONS: '2',
      },
      cwd: tmpdir(),
    });
    const { database } = config;
    const first = await Webhooks.start({ node: 'node-1', database, timeoutMs: 10_000 });
    return [first, await Webhooks.start({ node: 'node-2', database, timeoutMs: 10_000 })];
  }

  itWith('postgres')(
    'tell each target one event at a time, in the order of each session, whoever wrote them',
    async () => {
      await using postgres = await PostgresServer.start();
      await using receiver = await WebhookReceiver.start(SECRET);
      const [first, second] = await twoNodes(postgres);
      await using _first = first;
      await using _second = second;
      await first.add(receiver);
      let underWay = 0;
      let mostUnderWay = 0;
      receiver.answer = (_event, response) => {
        underWay += 1;
        mostUnderWay = Math.max(mostUnderWay, underWay);
        setTimeout(() => {
          underWay -= 1;
          response.writeHead(204).end();
        }, 5);
      };

      for (const place of inOrder) {
        const [one, other] = place % 2 === 0 ? [first, second] : [second, first];
        await Promise.all([
          one.tell(happened('publish.connected', 'moving')),
          other.tell(happened('publish.connected', 's2')),
        ]);
      }
      await until(() => receiver.events.length === 60, 'all are told', 60_000);

      expect(mostUnderWay).toBe(1);
      expect(receiver.posts).toHaveLength(60);
      expect(sequencesOf(receiver)).toEqual(
        new Map([
          ['moving', inOrder],
          ['s2', inOrder],
        ]),
      );
    },
    120_000,
  );

  itWith('postgres')(
    'lose nothing, and keep the order, when one of them is killed in the middle of it',
    async () => {
      await using postgres = await PostgresServer.start();
      await using receiver = await WebhookReceiver.start(SECRET);
      const [first, second] = await twoNodes(postgres);
      await using _second = second;
      const { id } = await first.add(receiver);
      receiver.answer = () => undefined;
      for (const _ of inOrder) await first.tell(happened('publish.connected'));
      await until(() => receiver.posts.length > 0, 'the first server tells');

      await first.kill();
      receiver.answer = (_event, response) => void response.writeHead(204).end();
      await until(
        async () => {
          await second.log.takeOver([id]);
          return receiver.events.length === inOrder.length;
        },
        'the second server tells the rest',
        60_000,
      );

      expect(sequencesOf(receiver)).toEqual(new Map([['s1', inOrder]]));
      expect(await second.states()).toEqual(
        inOrder.map(() => expect.stringMatching(/^publish.connected delivered/) as string),
      );
    },
    120_000,
  );

  itWith('postgres')(
    'tell a session in its order, whatever their clocks say',
    async () => {
      await using postgres = await PostgresServer.start();
      await using receiver = await WebhookReceiver.start(SECRET);
      const [first, second] = await twoNodes(postgres);
      await using _first = first;
      await using _second = second;
      await first.add(receiver);
      let isReady = false;
      receiver.answer = (_event, response) => void response.writeHead(isReady ? 204 : 503).end();
      const now = new Date();
      const ahead = new Date(now.getTime() + 2000);

      await second.tell(...inOrder.map((place) => happened('publish.connected', `other-${String(place)}`, 'cam', now)));
      for (const place of inOrder) {
        const server = place % 2 === 0 ? first : second;
        await server.tell(happened('publish.connected', 's1', 'cam', place % 3 === 0 ? ahead : now));
      }
      isReady = true;
      await until(() => receiver.events.length === 2 * inOrder.length, 'all are told', 60_000);

      expect(sequencesOf(receiver).get('s1')).toEqual(inOrder);
    },
    120_000,
  );

  itWith('postgres')(
    'tell many targets at once, and go on when their connections are lost',
    async () => {
      await using postgres = await PostgresServer.start();
      await using receivers = new AsyncDisposableStack();
      const all: WebhookReceiver[] = [];
      for (const _ of Array(6)) all.push(receivers.use(await WebhookReceiver.start(SECRET)));
      const [first, second] = await twoNodes(postgres);
      await using _first = first;
      await using _second = second;
      for (const receiver of all) {
        await first.add(receiver);
        receiver.answer = () => undefined;
      }
      for (const place of inOrder) await (place % 2 === 0 ? first : second).tell(happened('publish.connected'));
      await until(() => all.every(({ posts }) => posts.length > 0), 'all are being told');

      const lost = await second.dataSource.query<unknown[]>(
        "SELECT pg_terminate_backend(pid) FROM (SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory') AS held",
      );
      for (const receiver of all) receiver.answer = (_event, response) => void response.writeHead(204).end();
      await until(() => all.every(({ events }) => events.length === inOrder.length), 'all are told', 60_000);

      expect(lost.length).toBeGreaterThan(0);
      for (const receiver of all) expect(sequencesOf(receiver)).toEqual(new Map([['s1', inOrder]]));
      await until(async () => (await first.states()).every((state) => state.includes('delivered')), 'the log says so');
      await until(async () => {
        const held = await first.dataSource.query<unknown[]>("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'");
        return held.length === 0;
      }, 'no lock is left');
    },
    120_000,
  );
});
