import { Engine } from './engine.js';
import type { EngineOptions } from './engine-options.js';
import type { EngineEvent, PublisherOrder, RecordingOrder } from './protocol.js';

/** A worker that answers as told by the username fragment of an order: `dies`, `refuses`, anything else is served. */
const WORKER = `
  import { once } from 'node:events';
  import { parentPort } from 'node:worker_threads';
  const [{ worker }] = await once(parentPort, 'message');
  const transport = { ice: { usernameFragment: 'worker ' + worker, password: '' }, candidates: [], setup: 'passive' };
  parentPort.on('message', ({ requestId, command }) => {
    const reply = (value) => parentPort.postMessage({ type: 'reply', requestId, value });
    const wish = command.order?.remoteIce?.usernameFragment;
    if (wish === 'dies') process.exit(3);
    if (wish === 'refuses') parentPort.postMessage({ type: 'failure', requestId, code: 'memory-exhausted', message: 'Full.' });
    else if (command.type === 'open-publisher' || command.type === 'restart-ice') reply(transport);
    else if (command.type === 'close-session') {
      const { sessionId, reason } = command;
      parentPort.postMessage({ type: 'event', event: { type: 'session-state', streamId: 'any', sessionId, state: 'closed', reason } });
      reply(undefined);
    } else reply(undefined);
  });
  parentPort.postMessage({ type: 'ready', udpPort: 4000 + worker });
`;

const options: EngineOptions = {
  workerUrl: new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`),
  workers: 2,
  udpPort: 0,
  listenAddresses: [],
  announcedAddresses: [],
  memoryMibPerWorker: 1,
  receive: 'dgram',
};

function publisher(streamId: string, sessionId: string, wish = 'served'): PublisherOrder {
  return {
    streamId,
    sessionId,
    tracks: [],
    remoteIce: { usernameFragment: wish, password: '' },
    remoteFingerprints: [],
    remoteSetup: 'actpass',
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('Engine', () => {
  let engine: Engine;
  let events: EngineEvent[];

  beforeEach(async () => {
    events = [];
    engine = await Engine.start(options);
    engine.on((event) => events.push(event));
  });

  afterEach(() => engine.close());

  it('starts its workers and knows their ports', () => {
    expect(engine.udpPorts).toEqual([4000, 4001]);
  });

  it('spreads streams over workers and keeps the sessions of one together', async () => {
    const a = await engine.openPublisher(publisher('a', 'a1'));
    const b = await engine.openPublisher(publisher('b', 'b1'));
    const again = await engine.openPublisher(publisher('a', 'a2'));

    expect(a.ice.usernameFragment).not.toBe(b.ice.usernameFragment);
    expect(again.ice.usernameFragment).toBe(a.ice.usernameFragment);
  });

  it('passes on what a worker refuses, as an error for the door', async () => {
    await expect(engine.openPublisher(publisher('a', 'a1', 'refuses'))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'memory-exhausted',
      retryAfterSeconds: 5,
    });
    await expect(engine.restartIce('a1', { usernameFragment: '', password: '' })).rejects.toMatchObject({
      code: 'unknown-session',
    });
  });

  it('forgets a session that was closed, and closes it but once', async () => {
    await engine.openPublisher(publisher('a', 'a1'));

    await engine.closeSession('a1', 'requested');
    await engine.closeSession('a1', 'requested');

    expect(events).toEqual([
      { type: 'session-state', streamId: 'any', sessionId: 'a1', state: 'closed', reason: 'requested' },
    ]);
  });

  it('reports what a dead worker took with it, and replaces it', async () => {
    await engine.openPublisher(publisher('a', 'a1'));
    await engine.startRecording({ recordingSessionId: 'r1', streamId: 'a' } as RecordingOrder);
    const dying = engine.openPublisher(publisher('a', 'a2', 'dies'));

    await expect(dying).rejects.toMatchObject({ code: 'internal' });
    await until(() => events.some((event) => event.type === 'worker-lost'));
    await until(() => engine.udpPorts.every((port) => port > 0));

    expect(events).toContainEqual({
      type: 'session-state',
      streamId: 'a',
      sessionId: 'a1',
      state: 'closed',
      reason: 'worker-lost',
    });
    expect(events.at(-1)).toMatchObject({ type: 'worker-lost', streamIds: ['a'] });
    await expect(engine.stopRecording('r1')).resolves.toBeUndefined();
    await expect(engine.openPublisher(publisher('a', 'a3'))).resolves.toBeDefined();
  });

  it('says why it cannot start', async () => {
    const broken = new URL(`data:text/javascript,${encodeURIComponent("throw new Error('The port is taken.')")}`);

    await expect(Engine.start({ ...options, workerUrl: broken })).rejects.toThrow('The port is taken.');
  });

  it('closes once and then refuses', async () => {
    await Promise.all([engine.close(), engine.close()]);

    await expect(engine.openPublisher(publisher('a', 'a1'))).rejects.toMatchObject({ code: 'internal' });
    expect(events.some((event) => event.type === 'worker-lost')).toBe(false);
  });
});
