import { EngineError } from '../../engine/engine-error.js';
import { parseSubscriberOffer } from '../../media/sdp/offer.js';
import {
  NodeDrainingError,
  NodeFullError,
  NodeOverloadedError,
  SessionNotFoundError,
  StreamFullError,
  StreamNotFoundError,
  StreamNotLiveError,
} from './signaling.errors.js';
import { ViewerSession } from './viewer-session.js';
import { cam, OFFER, ViewerStage } from './testing/viewer-stage.js';
import { workerLoad } from './testing/worker-load.js';

const RESTART = 'a=ice-ufrag:newer\r\na=ice-pwd:3/1muCWoOi3uLifh0NuRHlit\r\n';

describe('SubscriptionService', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('lets a viewer in before anybody publishes, and lists it from the first moment to 30 s after its end', async () => {
    const { engine, signaling, events, watch } = bind(new ViewerStage());

    const { sessionId, answer } = await watch();
    engine.state(sessionId, 'connected');

    const stream = (): unknown => signaling.findStream('cam')?.subscribers.map(({ id, state }) => [id, state]);
    expect(answer).toContain('a=sendonly');
    expect(engine.opened).toMatchObject([
      { streamId: 'cam', sessionId, remoteSetup: 'actpass', tracks: [{ kind: 'audio' }] },
    ]);
    expect(stream()).toEqual([[sessionId, 'connected']]);
    engine.state(sessionId, 'closed', 'consent-lost');
    expect(stream()).toEqual([[sessionId, 'closed']]);
    jest.advanceTimersByTime(30_000);
    expect(stream()).toBeUndefined();
    expect(events).toEqual(['subscriber-opened', 'subscriber-state', 'subscriber-closed']);
  });

  it('shows what it was sent', async () => {
    const { engine, signaling, watch } = bind(new ViewerStage());
    const { sessionId } = await watch();

    const sessions = [{ sessionId, bytesSent: 5000, packetsSent: 50, bitrateBps: 1234.5 }];
    engine.tell({ type: 'subscriber-statistics', streamId: 'cam', sessions });

    expect(signaling.stream(cam).sent).toEqual({ bytes: 5000, packets: 50, bitrate: 1235 });
  });

  it('ends, restarts and mutes a session by the address that it has', async () => {
    const { engine, signaling, watch } = bind(new ViewerStage());
    const { sessionId, entityTag } = await watch();

    const restarted = await signaling.patch(cam, sessionId, RESTART, '*');
    await signaling.subscriber(cam, sessionId).setEnabled('video', false);
    await signaling.end(cam, sessionId);

    expect(restarted?.fragment).toContain('a=ice-ufrag:ours');
    expect(restarted?.entityTag).not.toBe(entityTag);
    expect(engine.muted).toEqual([[sessionId, 'video', false]]);
    expect(engine.closed).toEqual([[sessionId, 'requested']]);
    await expect(signaling.patch(cam, sessionId, RESTART, '*')).rejects.toThrow(SessionNotFoundError);
  });

  it('wants the right to watch for a viewer, the right to publish for a publisher', async () => {
    const { signaling, watch } = bind(new ViewerStage());
    const { sessionId } = await watch();
    const publisher = await signaling.publish(cam, OFFER.replace('recvonly', 'sendonly'));

    expect(signaling.rightFor(cam, sessionId)).toBe('watch');
    expect(signaling.rightFor(cam, publisher.sessionId)).toBe('publish');
    expect(() => signaling.rightFor(cam, 'other')).toThrow(SessionNotFoundError);
  });

  it('keeps a viewer when its publisher goes, and ends it with the stream', async () => {
    const { engine, signaling, watch } = bind(new ViewerStage());
    const publisher = await signaling.publish(cam, OFFER.replace('recvonly', 'sendonly'));
    const { sessionId } = await watch();

    await signaling.end(cam, publisher.sessionId);
    expect(signaling.stream(cam).openSubscribers).toHaveLength(1);
    await signaling.deleteStream(cam);

    expect(engine.closed.at(-1)).toEqual([sessionId, 'requested']);
    expect(() => signaling.stream(cam)).toThrow(StreamNotFoundError);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'lists a viewer that comes %i turns after its stream was to be deleted',
    async (turns) => {
      const { engine, signaling, watch } = bind(new ViewerStage());
      const first = await watch();

      const deletion = signaling.deleteStream(cam);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      const { sessionId } = await watch();
      await deletion;

      expect(signaling.stream(cam).openSubscribers.map(({ id }) => id)).toEqual([sessionId]);
      expect(engine.closed).toEqual([[first.sessionId, 'requested']]);
      await signaling.end(cam, sessionId);
      expect(engine.closed.at(-1)).toEqual([sessionId, 'requested']);
    },
  );

  it('lets no more in than the strategy allows when many come at once', async () => {
    const { signaling, watch } = bind(new ViewerStage({ mostSubscribers: 2 }));

    const outcomes = await Promise.allSettled([watch(), watch(), watch()]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(signaling.stream(cam).openSubscribers).toHaveLength(2);
  });

  it('lets another server in that has the stream sent to it, however many watch, and does not count it', async () => {
    const { signaling, subscriptions, watch } = bind(new ViewerStage({ mostSubscribers: 1 }));
    const ice = { usernameFragment: 'ours', password: 'ourPasswordOf24Characters' };
    const own = { sessionId: 'push', ice, cascade: { targetUrl: 'https://example.org/whip/cam' }, canonicalName: 'a' };
    const push = new ViewerSession(cam, parseSubscriberOffer(OFFER), [], 0, subscriptions, own);

    await subscriptions.letIn(push);
    await watch();

    expect(signaling.stream(cam).openSubscribers).toHaveLength(2);
    await expect(watch()).rejects.toThrow(StreamFullError);
  });

  it('turns viewers away that the strategy, a drain or the load forbid', async () => {
    const notLive = new ViewerStage({ autoCreateWhep: false });
    const full = new ViewerStage({ mostSubscribers: 1 });
    const draining = new ViewerStage();
    const busy = new ViewerStage();
    await full.watch();
    draining.signaling.drain();
    busy.admission.hear(workerLoad({ worker: 0, cpuPercent: 10 }));
    await busy.watch();
    busy.admission.hear(workerLoad({ worker: 1, cpuPercent: 90 }));

    await expect(notLive.watch()).rejects.toThrow(StreamNotLiveError);
    await expect(full.watch()).rejects.toThrow(StreamFullError);
    await expect(draining.watch()).rejects.toThrow(NodeDrainingError);
    await expect(busy.watch()).rejects.toThrow(NodeOverloadedError);
  });

  it('leaves nothing of a viewer that the engine has no room for', async () => {
    const { engine, signaling, watch } = bind(new ViewerStage());
    engine.failure = new EngineError('memory-exhausted', 'Full.');

    await expect(watch()).rejects.toThrow(NodeFullError);

    expect(signaling.streams()).toEqual([]);
  });
});

function bind(stage: ViewerStage): ViewerStage & { watch: ViewerStage['watch'] } {
  return Object.assign(stage, { watch: stage.watch.bind(stage) });
}
