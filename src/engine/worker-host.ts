import type { IceCredentials } from '../media/sdp/session.js';
import { ClientPorts } from './client/client-ports.js';
import { EngineError } from './engine-error.js';
import { LoadMeter, threadCpuMs } from './load-meter.js';
import { LoopLag } from './loop-lag.js';
import { StrainMeter } from './strain.js';
import { threadCounters } from './thread-counters.js';
import type {
  CommandResult,
  EngineCommand,
  LocalTransport,
  PublisherOrder,
  RecordingOrder,
  RolloverOrder,
  SessionCloseReason,
  SessionState,
  SubscriberOrder,
  WorkerImplementations,
} from './protocol.js';
import type { Reachability } from './reachability.js';
import { DataExchange } from './data-channels/data-exchange.js';
import { SendRing } from './forwarding/send-ring.js';
import { StreamForwarder } from './forwarding/stream-forwarder.js';
import { StreamRecorder } from './recording/stream-recorder.js';
import { PublisherSession } from './session/publisher-session.js';
import { createIceCredentials } from './session/ice-credentials.js';
import type { SessionEnvironment } from './session/session-environment.js';
import { SubscriberSession } from './session/subscriber-session.js';
import { receiveDrops } from './udp/receive-drops.js';
import { prepareEnvironment, type Emit, type WorkerSurroundings } from './worker-environment.js';
import type { WorkerSettings } from './worker-messages.js';
import { WorkerStream } from './worker-stream.js';
import { WorkerTurns } from './worker-turns.js';

/** Address space that one publisher may come to need: a reorder ring per track, fragments of a recording. */
const BYTES_PER_PUBLISHER = 2 * 1024 * 1024;
/** Viewers of one worker: each has its keys and timers. */
const MOST_SUBSCRIBERS = 4096;
/** Keystream that is made ahead for a viewer of sound and picture. */
const BYTES_PER_VIEWER = 160 * 1024;
/** Sessions that were answered and have not connected: offers are cheap to make, and each is kept for 15 s. */
const MOST_PENDING = 1024;
const RECORDER_INTERVAL_MS = 20;
const FORWARDER_INTERVAL_MS = 100;
const SECOND_MS = 1_000;

interface Recording {
  readonly streamId: string;
  /** The session that is recorded, and the one before: who asks may not have heard of the change yet. */
  sessionIds: readonly string[];
  readonly recorder: StreamRecorder;
  readonly endTimer: () => void;
}

/** Everything in one worker thread: its port, its memory, its streams. Commands in, events out. */
export class WorkerHost {
  private readonly sessions = new Map<string, PublisherSession>();
  private readonly subscribers = new Map<string, SubscriberSession>();
  private readonly ring: SendRing;
  private readonly recordings = new Map<string, Recording>();
  private readonly streams = new Map<string, WorkerStream>();
  private readonly load: LoadMeter;
  private readonly clientPorts: ClientPorts;
  private readonly loopLag = new LoopLag();
  private readonly strain = new StrainMeter();
  private readonly turns: WorkerTurns;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly settings: WorkerSettings,
    private readonly environment: SessionEnvironment,
    private readonly reachability: Reachability,
    readonly implementations: WorkerImplementations,
    private readonly emit: Emit,
  ) {
    const { clock, wheel } = environment;
    this.clientPorts = new ClientPorts(settings.listenAddresses, environment);
    this.load = new LoadMeter(clock.monotonicMs(), this.busyMs());
    this.ring = new SendRing(environment.memory);
    wheel.every(SECOND_MS, (nowMs) => this.report(nowMs));
    wheel.every(FORWARDER_INTERVAL_MS, (nowMs) => {
      for (const stream of this.streams.values()) stream.tick(nowMs);
    });
    this.turns = new WorkerTurns(wheel, clock, environment.port);
  }

  /** @throws the system's error when the port cannot be opened, or an implementation that was asked for does not run here */
  static async start(settings: WorkerSettings, { clock, loadKernels, emit }: WorkerSurroundings): Promise<WorkerHost> {
    const prepared = await prepareEnvironment(settings, { clock, loadKernels, emit });
    const { environment, reachability, implementations } = prepared;
    return new WorkerHost(settings, environment, reachability, implementations, emit);
  }

  get udpPort(): number {
    return this.environment.port.portNumber;
  }

  /** @throws {EngineError} when the command cannot be carried out */
  async execute(command: EngineCommand): Promise<CommandResult> {
    switch (command.type) {
      case 'open-publisher':
        return this.clientPorts.serve(command.order, (environment) => this.openPublisher(command.order, environment));
      case 'open-subscriber':
        return this.clientPorts.serve(command.order, (environment) => this.openSubscriber(command.order, environment));
      case 'prepare-offer':
        return this.ownTransport;
      case 'enable-subscriber':
        this.subscribers.get(command.sessionId)?.setEnabled(command.kind, command.isEnabled);
        return undefined;
      case 'select-layer':
        this.subscribers.get(command.sessionId)?.pinLayer(command.rid);
        return undefined;
      case 'restart-ice':
        return this.restartIce(command.sessionId, command.remoteIce);
      case 'close-session':
        await this.environment.port.hearArrived();
        this.sessionNamed(command.sessionId)?.close(command.reason);
        return undefined;
      case 'start-recording':
        this.startRecording(command.order);
        return undefined;
      case 'stop-recording':
        await this.environment.port.hearArrived();
        await this.stopRecording(command.recordingSessionId);
        return undefined;
      case 'roll-over':
        this.rollOver(command.order);
        return undefined;
      case 'split-recording':
        this.recordingNamed(command.recordingSessionId).recorder.split();
        return undefined;
      case 'tell-viewers':
        this.streams.get(command.streamId)?.data.tell(command.bytes);
        return undefined;
      case 'describe-reachability':
        return this.reachability.report;
      case 'take-connection':
        this.environment.port.take(command.connection);
        return undefined;
      case 'shut-down':
        await this.close();
        return undefined;
    }
  }

  /** Ends sessions and recordings, with everything on disk. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.environment.port.hearArrived().then(() => this.shutDown());
    return this.closing;
  }

  private get isFull(): boolean {
    const capacity = Math.floor(this.environment.memory.bytes.length / BYTES_PER_PUBLISHER);
    return this.sessions.size >= capacity || pendingOf(this.sessions) >= MOST_PENDING;
  }

  private get ownTransport(): LocalTransport {
    const { identity, dataLimits } = this.environment;
    const { mostMessageBytes } = dataLimits;
    const ice = createIceCredentials();
    return { ice, fingerprint: identity.fingerprint, setup: 'actpass', candidates: [], mostMessageBytes };
  }

  private openPublisher(order: PublisherOrder, environment: SessionEnvironment): LocalTransport {
    if (this.closing !== undefined || this.isFull)
      throw new EngineError('memory-exhausted', 'This worker has no room for another publisher.');
    const session = new PublisherSession(order, environment, {
      stateChanged: (changed, state, reason) => this.stateChanged(changed, state, reason),
    });
    this.sessions.set(order.sessionId, session);
    return session.transport;
  }

  /** The ring is made with the first viewer: who has none needs none. */
  private openSubscriber(order: SubscriberOrder, environment: SessionEnvironment): LocalTransport {
    const isFull = this.subscribers.size >= MOST_SUBSCRIBERS || pendingOf(this.subscribers) >= MOST_PENDING;
    const canStart = this.closing === undefined && !isFull && this.ring.prepare();
    if (!canStart || !this.environment.memory.canSpare(BYTES_PER_VIEWER))
      throw new EngineError('memory-exhausted', 'This worker has no room for another viewer.');
    const stream = this.streamOf(order.streamId);
    const session = new SubscriberSession(order, environment, this.ring, {
      stateChanged: (changed, state, reason) => this.subscriberChanged(changed, state, reason),
      keyframeWanted: (nowMs) => stream.keyframeWanted(nowMs),
    });
    stream.subscribed(session);
    this.subscribers.set(order.sessionId, session);
    return session.transport;
  }

  private sessionNamed(sessionId: string): PublisherSession | SubscriberSession | undefined {
    return this.sessions.get(sessionId) ?? this.subscribers.get(sessionId);
  }

  private restartIce(sessionId: string, remoteIce: IceCredentials): LocalTransport {
    const session = this.sessionNamed(sessionId);
    if (session === undefined) throw new EngineError('unknown-session', 'No session has this id.');
    return session.restartIce(remoteIce);
  }

  private stateChanged(session: PublisherSession, state: SessionState, reason: SessionCloseReason | undefined): void {
    const { streamId, sessionId } = session;
    this.streamOf(streamId).publisherChanged(session, state);
    if (state === 'closed') this.sessions.delete(sessionId);
    this.forgetIfEmpty(streamId);
    this.emit({ type: 'session-state', streamId, sessionId, state, reason });
  }

  private subscriberChanged(
    session: SubscriberSession,
    state: SessionState,
    reason: SessionCloseReason | undefined,
  ): void {
    const { streamId, sessionId } = session;
    this.streamOf(streamId).subscriberChanged(session, state);
    if (state === 'closed') this.subscribers.delete(sessionId);
    this.forgetIfEmpty(streamId);
    this.emit({ type: 'session-state', streamId, sessionId, state, reason });
  }

  private startRecording(order: RecordingOrder): void {
    const { recordingSessionId, streamId } = order;
    const { environment } = this;
    const stream = this.streamOf(streamId);
    const recorder = new StreamRecorder(order, environment, {
      emit: (event) => {
        if (event.type === 'recording-rotated') this.rotated(event.recordingSessionId, event.nextSessionId);
        this.emit(event);
      },
      requestKeyframe: () => stream.current?.requestKeyframe(),
    });
    const endTimer = environment.wheel.every(RECORDER_INTERVAL_MS, (nowMs) => recorder.tick(nowMs));
    this.recordings.set(recordingSessionId, { streamId, sessionIds: [recordingSessionId], recorder, endTimer });
    stream.recordInto(recorder);
  }

  private rotated(sessionId: string, nextSessionId: string): void {
    const recording = this.recordings.get(sessionId);
    if (recording === undefined) return;
    for (const id of recording.sessionIds) if (id !== sessionId) this.recordings.delete(id);
    recording.sessionIds = [sessionId, nextSessionId];
    this.recordings.set(nextSessionId, recording);
  }

  private async stopRecording(recordingSessionId: string): Promise<void> {
    const recording = this.recordings.get(recordingSessionId);
    if (recording === undefined) return;
    for (const id of recording.sessionIds) this.recordings.delete(id);
    const { recorder, streamId, endTimer } = recording;
    const stream = this.streamOf(streamId);
    if (stream.recording === recorder) stream.recordInto(undefined);
    this.forgetIfEmpty(streamId);
    await recorder.stop();
    endTimer();
  }

  private rollOver(order: RolloverOrder): void {
    this.recordingNamed(order.recordingSessionId).recorder.rollOver(order);
  }

  private recordingNamed(recordingSessionId: string): Recording {
    const recording = this.recordings.get(recordingSessionId);
    if (recording === undefined) throw new EngineError('unknown-recording', 'No recording has this id.');
    return recording;
  }

  private async shutDown(): Promise<void> {
    for (const session of [...this.subscribers.values(), ...this.sessions.values()]) session.close('shutdown');
    await Promise.allSettled([...this.recordings.keys()].map((id) => this.stopRecording(id)));
    this.turns.close();
    this.loopLag.close();
    this.environment.handshakes.close();
    await this.environment.port.close();
  }

  private streamOf(streamId: string): WorkerStream {
    const stream =
      this.streams.get(streamId) ??
      new WorkerStream(new StreamForwarder(this.environment.memory), this.exchangeFor(streamId));
    this.streams.set(streamId, stream);
    return stream;
  }

  private exchangeFor(streamId: string): DataExchange {
    const { emit } = this;
    const hasChannel = this.settings.streamsWithChannel.includes(streamId);
    return new DataExchange({
      outwards: hasChannel ? (bytes) => emit({ type: 'viewer-said', streamId, bytes }) : undefined,
      ended: (sessionId, reason) => emit({ type: 'data-channels-ended', streamId, sessionId, reason }),
    });
  }

  private forgetIfEmpty(streamId: string): void {
    if (this.streams.get(streamId)?.isEmpty === true) this.streams.delete(streamId);
  }

  private report(nowMs: number): void {
    for (const [streamId, stream] of this.streams) {
      const { current, subscribers } = stream;
      if (current) this.emit({ type: 'stream-statistics', streamId, tracks: stream.trackStatistics(nowMs) });
      if (subscribers.size === 0) continue;
      const sessions = [...subscribers].map((session) => session.statistics(nowMs));
      this.emit({ type: 'subscriber-statistics', streamId, sessions });
    }
    // What it finds is told a second later: nothing waits for the kernel's table.
    void receiveDrops.refresh();
    const loopLagMs = this.loopLag.read();
    this.emit({
      type: 'worker-load',
      worker: this.settings.worker,
      cpuPercent: this.load.read(nowMs, this.busyMs()),
      sessions: this.sessions.size + this.subscribers.size,
      packetsReceived: this.environment.port.received,
      packetsDropped: this.packetsDropped(),
      packetsSent: this.environment.port.sent,
      memoryUsedBytes: this.environment.memory.usedBytes,
      loopLagMs,
      receiveDrops: receiveDrops.total,
      strainedSeconds: this.strain.read(loopLagMs, receiveDrops.total),
    });
    this.emit({
      type: 'worker-counters',
      worker: this.settings.worker,
      ...threadCounters,
      sendsFailed: this.environment.port.sendFailed,
    });
  }

  private packetsDropped(): number {
    const { strangers, unknownChecks, unknownProtocol } = this.environment.demultiplexer.counters;
    let refused = this.environment.port.dropped + strangers + unknownChecks + unknownProtocol;
    for (const session of this.sessions.values()) refused += session.packetsRefused;
    for (const session of this.subscribers.values()) refused += session.packetsRefused;
    return refused;
  }

  private busyMs(): number {
    return threadCpuMs() - this.environment.handshakes.busyMs;
  }
}

function pendingOf(sessions: ReadonlyMap<string, { readonly isPending: boolean }>): number {
  return [...sessions.values()].filter(({ isPending }) => isPending).length;
}
