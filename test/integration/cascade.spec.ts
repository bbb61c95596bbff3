import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CascadeService } from '../../src/modules/cascade/cascade.service.js';
import type { ListedSession } from '../../src/modules/signaling/ports/listed-session.js';
import type { Exchange } from '../../src/modules/signaling/ports/remote-answer.js';
import type { SignalingListener } from '../../src/modules/signaling/ports/signaling-event.js';
import { StreamDemand } from '../../src/modules/signaling/ports/stream-demand.js';
import { parseStreamName } from '../../src/modules/signaling/ports/stream-name.js';
import { ForbiddenAddresses } from '../../src/platform/outgoing/forbidden-addresses.js';
import { systemClock } from '../../src/shared/clock.js';

const cam = parseStreamName('cam');

/** Another server that takes everything, and a stream of ours with viewers. */
class Stage implements AsyncDisposable {
  readonly demand = new StreamDemand();
  readonly cascades: CascadeService;
  readonly asked: string[] = [];
  readonly sentAway: string[] = [];
  readonly viewers: Pick<ListedSession, 'id' | 'cascade'>[] = [
    { id: 'a', cascade: undefined },
    { id: 'b', cascade: undefined },
    { id: 'elsewhere', cascade: { targetUrl: 'http://elsewhere.example/' } },
  ];
  private readonly listeners: SignalingListener[] = [];
  private readonly sessions = new Map<string, { state: string }>();
  private readonly web = createServer((request, response) => {
    this.asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.writeHead(201, { location: '/session' }).end('answer');
  });

  constructor(sendsViewersAway: boolean) {
    const open = async (exchange: Exchange): Promise<ListedSession> => {
      await exchange({ text: 'offer', withoutData: undefined });
      const session = { id: String(this.sessions.size + 1), state: 'new' };
      this.sessions.set(session.id, session);
      return session as ListedSession;
    };
    this.cascades = new CascadeService({
      relay: {
        receive: (_stream, exchange) => open(exchange),
        send: (_stream, exchange) => open(exchange),
        sentFormats: () => [],
      },
      signaling: {
        on: (listener) => {
          this.listeners.push(listener);
          return () => undefined;
        },
        end: (_stream, id) => {
          this.sentAway.push(id);
          return Promise.resolve();
        },
        findStream: () => ({ openSubscribers: this.viewers }) as never,
      },
      demand: this.demand,
      forbidden: new ForbiddenAddresses(['127.0.0.1']),
      sendsViewersAway: () => sendsViewersAway,
      clock: systemClock,
      log: { warn: () => undefined, error: () => undefined },
    });
  }

  async endpoint(): Promise<{ url: string; token: undefined }> {
    if (!this.web.listening) await once(this.web.listen(0, '127.0.0.1'), 'listening');
    return { url: `http://127.0.0.1:${(this.web.address() as AddressInfo).port}/whip/x`, token: undefined };
  }

  connect(sessionId: string): void {
    Object.assign(this.sessions.get(sessionId) ?? {}, { state: 'connected' });
    for (const listener of this.listeners)
      void listener({ type: 'subscriber-state', stream: cam, sessionId, state: 'connected' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cascades.onModuleDestroy();
    this.web.close();
    this.web.closeAllConnections();
    await once(this.web, 'close');
  }
}

describe('a push', () => {
  it('sends viewers away once it is connected, where that is wanted, and servers never', async () => {
    await using stage = new Stage(true);
    await stage.cascades.push(cam, await stage.endpoint());
    expect(stage.sentAway).toEqual([]);

    stage.connect('1');
    stage.connect('1');

    expect(stage.sentAway).toEqual(['a', 'b']);
  });

  it('sends nobody away otherwise', async () => {
    await using stage = new Stage(false);
    await stage.cascades.push(cam, await stage.endpoint());

    stage.connect('1');

    expect(stage.sentAway).toEqual([]);
  });

  it('has its stream brought before it asks the other server', async () => {
    await using stage = new Stage(false);
    stage.demand.awakenBy((stream, task) => {
      stage.asked.push(`awaken ${stream}`);
      return task();
    });

    await stage.cascades.push(cam, await stage.endpoint());

    expect(stage.asked).toEqual(['awaken cam', 'POST /whip/x']);
  });

  it('is ended at once while its stream is waited for, and asks nobody', async () => {
    await using stage = new Stage(false);
    let waits = (): void => undefined;
    const isWaiting = new Promise<void>((resolve) => (waits = resolve));
    stage.demand.awakenBy(async (_stream, task, waitsNoMore) => {
      waits();
      if (waitsNoMore !== undefined) await once(waitsNoMore, 'abort');
      return task();
    });
    const pushed = stage.cascades.push(cam, await stage.endpoint());
    const refusal = expect(pushed).rejects.toMatchObject({ code: 'stream-not-found' });
    await isWaiting;

    await stage.cascades.end(cam);

    await refusal;
    expect([stage.cascades.links, stage.asked]).toEqual([[], []]);
  });
});

describe('the way of a source', () => {
  it('is one of all, and ended by who keeps it alone', async () => {
    await using stage = new Stage(false);
    const link = stage.cascades.keepPulling(cam, await stage.endpoint());
    await link.attempted();

    expect(stage.cascades.links).toEqual([link]);
    await expect(stage.cascades.end(cam)).rejects.toMatchObject({ code: 'cascade-not-found' });
    await expect(stage.cascades.pull(cam, await stage.endpoint())).rejects.toMatchObject({ code: 'cascade-exists' });
    await stage.cascades.release(link);
    expect([stage.cascades.links, stage.sentAway]).toEqual([[], ['1']]);
  });
});
