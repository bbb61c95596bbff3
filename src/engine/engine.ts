import { availableParallelism } from 'node:os';
import type { MediaKind } from '../media/codecs/codec.js';
import { systemClock } from '../shared/clock.js';
import type { IceCredentials } from '../media/sdp/session.js';
import { ChannelPorts } from './data-channels/channel-ports.js';
import { EngineError } from './engine-error.js';
import { EngineListeners, type EngineListener, type Surrounding } from './engine-listeners.js';
import { expectReachability, expectTransport } from './expect-result.js';
import { dataLimitsOf, listenAddressesOf, settingsFor, type EngineOptions } from './engine-options.js';
import { Placement } from './placement.js';
import type {
  CommandResult,
  EngineCommand,
  EngineEvent,
  LocalTransport,
  PeerOrder,
  PublisherOrder,
  RecordingOrder,
  RolloverOrder,
  SessionCloseReason,
  SubscriberOrder,
  WorkerImplementations,
  WorkerReachability,
} from './protocol.js';
import { ExpectedChecks, type ExpectedSession } from './tcp/expected-checks.js';
import type { HandedConnection } from './tcp/handed-connection.js';
import { TcpAcceptor } from './tcp/tcp-acceptor.js';
import { canSharePort } from './udp/receive-choice.js';
import { SharedUdpPort } from './udp/shared-udp-port.js';
import { WorkerHandle } from './worker-handle.js';

const SHUT_DOWN_TIMEOUT_MS = 20_000;
const RESTART_DELAY_MS = 200;
const LONGEST_RESTART_DELAY_MS = 10_000;

/** Where a session or a recording lives. */
interface Placed {
  readonly streamId: string;
  readonly worker: number;
}

/**
 * The media engine as the main thread sees it: a pool of workers, each the owner of its streams. A worker that dies is
 * replaced; its sessions are reported as closed, then `worker-lost` names its streams.
 */
export class Engine {
  private readonly listeners = new EngineListeners(
    (recordingSessionId) => this.recordings.get(recordingSessionId)?.streamId,
  );
  private readonly workers: (WorkerHandle | undefined)[] = [];
  private readonly placement: Placement;
  private readonly sessions = new Map<string, Placed>();
  private readonly recordings = new Map<string, Placed>();
  private readonly restarts = new Set<NodeJS.Timeout>();
  private readonly checks = new ExpectedChecks();
  private acceptor: TcpAcceptor | undefined;
  private sharedUdp: SharedUdpPort | undefined;
  private channels: ChannelPorts | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly options: EngineOptions,
    private readonly count: number,
  ) {
    this.placement = new Placement(count);
  }

  /** @returns once every worker listens. @throws when one cannot, for example because its port is taken */
  static async start(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options, options.workers > 0 ? options.workers : availableParallelism());
    try {
      engine.acceptor = await engine.openAcceptor();
      engine.sharedUdp = await engine.openSharedUdp();
      engine.channels = await engine.openChannels();
      for (let worker = 0; worker < engine.count; worker += 1) await engine.startWorker(worker);
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  /** The UDP port of each worker; one and the same where they share it. */
  get udpPorts(): readonly number[] {
    return this.workers.map((worker) => worker?.udpPort ?? 0);
  }

  /** What each worker that runs works with. */
  get implementations(): readonly WorkerImplementations[] {
    return this.workers.flatMap((worker) => worker?.implementations ?? []);
  }

  /** @returns ends it */
  on(listener: EngineListener): () => void {
    return this.listeners.add(listener);
  }

  /** See {@link EngineListeners.tellWithin}. */
  tellWithin(surround: Surrounding): void {
    this.listeners.tellWithin(surround);
  }

  /**
   * Makes a session that waits for its publisher. It lives in the worker where the stream already is.
   * @throws {EngineError} `memory-exhausted` when the worker is full
   */
  openPublisher(order: PublisherOrder): Promise<LocalTransport> {
    return this.open(order, { type: 'open-publisher', order });
  }

  /**
   * Makes a session that waits for its viewer, in the worker where the stream is or will be.
   * @throws {EngineError} `memory-exhausted` when the worker is full
   */
  openSubscriber(order: SubscriberOrder): Promise<LocalTransport> {
    return this.open(order, { type: 'open-subscriber', order });
  }

  /**
   * Our side of a session with another server, for an offer. Its worker is kept until the session was opened, with `controlled` in
   * its order, and closed, or until `forgetOffer`.
   */
  async prepareOffer(streamId: string, sessionId: string): Promise<LocalTransport> {
    const worker = this.placement.hold(streamId, sessionId);
    this.sessions.set(sessionId, { streamId, worker });
    try {
      return expectTransport(await this.request(worker, { type: 'prepare-offer' }));
    } catch (error) {
      this.forgetSession(sessionId);
      throw error;
    }
  }

  /** Nothing came of it. */
  forgetOffer(sessionId: string): void {
    this.forgetSession(sessionId);
  }

  /** A session that is closed already stays so. */
  async enableSubscriber(sessionId: string, kind: MediaKind, isEnabled: boolean): Promise<void> {
    const place = this.sessions.get(sessionId);
    if (place === undefined) return;
    await this.request(place.worker, { type: 'enable-subscriber', sessionId, kind, isEnabled });
  }

  /** @param rid of the simulcast layer, or name of the highest layer (SVC), that a viewer is sent; undefined for the one that fits best. A session that is closed already stays so */
  async selectLayer(sessionId: string, rid: string | undefined): Promise<void> {
    const place = this.sessions.get(sessionId);
    if (place === undefined) return;
    await this.request(place.worker, { type: 'select-layer', sessionId, rid });
  }

  /** Where a stream is; undefined for one without sessions and recordings. */
  workerOf(streamId: string): number | undefined {
    return this.placement.workerOf(streamId);
  }

  /** @throws {EngineError} `unknown-session` when it is closed */
  async restartIce(sessionId: string, remoteIce: IceCredentials): Promise<LocalTransport> {
    const { worker } = this.sessionPlace(sessionId);
    const transport = expectTransport(await this.request(worker, { type: 'restart-ice', sessionId, remoteIce }));
    this.expectChecks(transport, sessionId, worker);
    return transport;
  }

  /** A session that is closed already stays so. */
  async closeSession(sessionId: string, reason: SessionCloseReason): Promise<void> {
    const place = this.sessions.get(sessionId);
    if (place !== undefined) await this.request(place.worker, { type: 'close-session', sessionId, reason });
  }

  /**
   * Records a stream, whether or not it is live yet, until `stopRecording`: that is due after `recording-failed` too.
   * @throws {EngineError}
   */
  async startRecording(order: RecordingOrder): Promise<void> {
    const { streamId, recordingSessionId } = order;
    const worker = this.placement.hold(streamId, recordingSessionId);
    this.recordings.set(recordingSessionId, { streamId, worker });
    try {
      await this.request(worker, { type: 'start-recording', order });
    } catch (error) {
      this.forgetRecording(recordingSessionId);
      throw error;
    }
  }

  /** @returns when everything is on disk and its events were sent; at once when there is no such recording (any more) */
  async stopRecording(recordingSessionId: string): Promise<void> {
    const place = this.recordings.get(recordingSessionId);
    if (place === undefined) return;
    try {
      await this.request(place.worker, { type: 'stop-recording', recordingSessionId });
    } finally {
      this.forgetRecording(recordingSessionId);
    }
  }

  /** @throws {EngineError} `unknown-recording` */
  async rollOver(order: RolloverOrder): Promise<void> {
    const place = this.recordings.get(order.recordingSessionId);
    if (place === undefined) throw new EngineError('unknown-recording', 'No recording has this id.');
    await this.request(place.worker, { type: 'roll-over', order });
  }

  /** The session ends at the next key frame, where another one goes on: `recording-rotated`. @throws {EngineError} `unknown-recording` */
  async splitRecording(recordingSessionId: string): Promise<void> {
    const place = this.recordings.get(recordingSessionId);
    if (place === undefined) throw new EngineError('unknown-recording', 'No recording has this id.');
    await this.request(place.worker, { type: 'split-recording', recordingSessionId });
  }

  /** How publishers reach each worker that runs. */
  async reachability(): Promise<WorkerReachability[]> {
    const workers = this.workers.flatMap((handle) => handle ?? []);
    const reports = await Promise.all(workers.map((handle) => handle.request({ type: 'describe-reachability' })));
    return reports.map(expectReachability);
  }

  /** Ends all sessions and recordings, with everything on disk, then the workers. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    for (const timer of this.restarts) clearTimeout(timer);
    await Promise.all(
      this.workers.map(async (worker) => {
        await worker?.request({ type: 'shut-down' }, SHUT_DOWN_TIMEOUT_MS).catch(() => undefined);
        await worker?.terminate();
      }),
    );
    this.channels?.close();
    await Promise.all([this.acceptor?.close(), this.sharedUdp?.close()]);
    this.listeners.clear();
  }

  private async open({ streamId, sessionId }: PeerOrder, command: EngineCommand): Promise<LocalTransport> {
    const worker = this.placement.hold(streamId, sessionId);
    this.sessions.set(sessionId, { streamId, worker });
    try {
      const transport = expectTransport(await this.request(worker, command));
      this.expectChecks(transport, sessionId, worker);
      return transport;
    } catch (error) {
      this.forgetSession(sessionId);
      throw error;
    }
  }

  private async request(worker: number, command: EngineCommand): Promise<CommandResult> {
    const handle = this.workers[worker];
    if (handle === undefined) throw new EngineError('internal', 'The engine worker is being restarted.');
    return handle.request(command);
  }

  private openAcceptor(): Promise<TcpAcceptor> | undefined {
    const { tcpPort: port } = this.options;
    if (port === undefined) return undefined;
    return TcpAcceptor.open({
      port,
      listenAddresses: listenAddressesOf(this.options),
      clock: systemClock,
      takers: {
        workerOf: (usernameFragment) => this.checks.sessionOf(usernameFragment)?.worker,
        hand: (worker, connection) => this.hand(worker, connection),
      },
    });
  }

  private async openSharedUdp(): Promise<SharedUdpPort | undefined> {
    const { udpPort: port, receive = 'auto' } = this.options;
    if (!(await canSharePort(receive, this.count))) return undefined;
    const sessionOf = (usernameFragment: string): ExpectedSession | undefined =>
      this.checks.sessionOf(usernameFragment);
    return SharedUdpPort.open({
      port,
      listenAddresses: listenAddressesOf(this.options),
      clock: systemClock,
      sessionOf,
    });
  }

  private openChannels(): Promise<ChannelPorts> {
    const { channels = [] } = this.options;
    return ChannelPorts.open(channels, dataLimitsOf(this.options), systemClock, (streamId, bytes) => {
      const worker = this.placement.workerOf(streamId);
      if (worker !== undefined) this.request(worker, { type: 'tell-viewers', streamId, bytes }).catch(() => undefined);
    });
  }

  /** Whether the worker has it is told by its release and by its end, and by no answer that is late. */
  private hand(worker: number, connection: HandedConnection): boolean {
    const handle = this.workers[worker];
    handle?.request({ type: 'take-connection', connection }).catch(() => undefined);
    return handle !== undefined;
  }

  /** The session may be over before its worker has answered. */
  private expectChecks({ ice }: LocalTransport, sessionId: string, worker: number): void {
    if (this.sessions.has(sessionId)) this.checks.add(ice.usernameFragment, { sessionId, worker });
  }

  private expectNoChecks(sessionId: string): void {
    this.checks.forget(sessionId);
    this.sharedUdp?.forget(sessionId);
  }

  private async startWorker(worker: number): Promise<void> {
    const handle = await WorkerHandle.start(
      this.options.workerUrl,
      settingsFor(this.options, worker, this.acceptor?.sockets ?? [], this.sharedUdp?.join(worker)),
      {
        event: (event) => this.heard(event),
        lost: () => this.lost(worker),
      },
    );
    this.workers[worker] = handle;
    this.placement.reportLoad({ worker, cpuPercent: 0, strainedSeconds: 0 });
  }

  private heard(event: EngineEvent): void {
    if (event.type === 'connection-released') {
      this.acceptor?.release(event.connectionId);
      return;
    }
    if (event.type === 'viewer-said') {
      this.channels?.send(event.streamId, event.bytes);
      return;
    }
    if (event.type === 'worker-load') this.placement.reportLoad(event);
    else if (event.type === 'session-state' && event.state === 'closed') this.forgetSession(event.sessionId);
    else if (event.type === 'recording-rotated') this.rotated(event.recordingSessionId, event.nextSessionId);
    else if (event.type === 'recording-completed') this.forgetRecording(event.recordingSessionId);
    this.emit(event);
  }

  private lost(worker: number): void {
    this.workers[worker] = undefined;
    this.acceptor?.workerLost(worker);
    this.sharedUdp?.leave(worker);
    if (this.closing !== undefined) return;
    const streamIds = this.placement.dropWorker(worker);
    for (const [id, place] of this.recordings) if (place.worker === worker) this.recordings.delete(id);
    for (const [sessionId, place] of this.sessions) {
      if (place.worker !== worker) continue;
      this.sessions.delete(sessionId);
      this.expectNoChecks(sessionId);
      const { streamId } = place;
      this.emit({ type: 'session-state', streamId, sessionId, state: 'closed', reason: 'worker-lost' });
    }
    this.emit({ type: 'worker-lost', worker, streamIds });
    this.restart(worker, RESTART_DELAY_MS);
  }

  /** Tries for ever: the port may be in use for a moment, and a server without an engine is of no use. */
  private restart(worker: number, delayMs: number): void {
    const timer = setTimeout(() => {
      this.restarts.delete(timer);
      this.startWorker(worker).then(
        () => this.endIfClosing(worker),
        () => this.closing ?? this.restart(worker, Math.min(delayMs * 2, LONGEST_RESTART_DELAY_MS)),
      );
    }, delayMs);
    this.restarts.add(timer);
  }

  private endIfClosing(worker: number): void {
    if (this.closing !== undefined) void this.workers[worker]?.terminate();
  }

  private emit(event: EngineEvent): void {
    this.listeners.tell(event);
  }

  private sessionPlace(sessionId: string): Placed {
    const place = this.sessions.get(sessionId);
    if (place === undefined) throw new EngineError('unknown-session', 'No session has this id.');
    return place;
  }

  private forgetSession(sessionId: string): void {
    const place = this.sessions.get(sessionId);
    this.sessions.delete(sessionId);
    this.expectNoChecks(sessionId);
    if (place !== undefined) this.placement.release(place.streamId, sessionId);
  }

  private rotated(recordingSessionId: string, nextSessionId: string): void {
    const place = this.recordings.get(recordingSessionId);
    if (place === undefined) return;
    this.recordings.set(nextSessionId, place);
    this.placement.hold(place.streamId, nextSessionId);
  }

  private forgetRecording(recordingSessionId: string): void {
    const place = this.recordings.get(recordingSessionId);
    this.recordings.delete(recordingSessionId);
    if (place !== undefined) this.placement.release(place.streamId, recordingSessionId);
  }
}
