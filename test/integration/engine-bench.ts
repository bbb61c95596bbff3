import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  Engine,
  type EngineEvent,
  type EngineOptions,
  type PublisherOrder,
  type RecordingOrder,
} from '../../src/engine/index.js';
import { writeAnswer } from '../../src/media/sdp/answer.js';
import { negotiate } from '../../src/media/sdp/negotiation.js';
import { parseOffer } from '../../src/media/sdp/offer.js';
import { wantedCombination } from '../support/engine-combinations.js';
import { until } from '../support/wait.js';

const PROJECT = resolve(__dirname, '../..');
const WORKER = resolve(PROJECT, process.env['AIRCHECK_BUILD'] ?? 'dist', 'engine/worker.js');

type Event<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

/** An engine of one built worker on loopback, with everything it said. */
export class EngineBench implements AsyncDisposable {
  readonly events: EngineEvent[] = [];
  private readonly peers: DatachannelPeer[] = [];

  private constructor(
    readonly engine: Engine,
    readonly folder: string,
  ) {
    engine.on((event) => this.events.push(event));
  }

  static async start(
    listenAddresses: readonly string[] = ['127.0.0.1'],
    options: Pick<Partial<EngineOptions>, 'tcpPort' | 'stunServers' | 'receive' | 'srtp' | 'workers'> = {},
  ): Promise<EngineBench> {
    const engine = await Engine.start({
      workerUrl: pathToFileURL(WORKER),
      workers: 1,
      udpPort: 0,
      listenAddresses,
      announcedAddresses: [],
      memoryMibPerWorker: 64,
      ...wantedCombination,
      ...options,
    });
    return new EngineBench(engine, await mkdtemp(join(tmpdir(), 'aircheck-engine-')));
  }

  get udpPort(): number {
    return this.engine.udpPorts[0] ?? 0;
  }

  /** @returns the answer to an offer, as signaling makes it */
  async publish(offerText: string, overrides: Partial<PublisherOrder> = {}): Promise<string> {
    const offer = parseOffer(offerText);
    const tracks = negotiate(offer);
    const { ice, fingerprints, setup, candidates, isLite } = offer.transport;
    const order = { streamId: 'cam', sessionId: 'session', tracks, remoteIce: ice };
    const local = await this.engine.openPublisher({
      ...order,
      remoteFingerprints: fingerprints,
      remoteSetup: setup,
      ...(isLite === true ? { controlled: { candidates, localIce: undefined } } : {}),
      ...overrides,
    });
    return writeAnswer(offer, tracks, local, 1);
  }

  /** A libdatachannel publisher that was answered and begins to send. */
  async datachannel(
    setup: 'actpass' | 'passive',
    overrides: Partial<PublisherOrder> = {},
    rewriteAnswer = (answer: string): string => answer,
  ): Promise<DatachannelPeer> {
    const peer = new DatachannelPeer(setup);
    this.peers.push(peer);
    peer.answer(rewriteAnswer(await this.publish(await peer.offer(), overrides)));
    return peer;
  }

  record(recordingSessionId = 'recording'): Promise<void> {
    const order: RecordingOrder = {
      recordingSessionId,
      streamId: 'cam',
      rootPath: this.folder,
      directory: 'cam/2026/01/01',
      nextSegmentNumber: 1,
      nextInitNumber: { video: 1, audio: 1 },
      knownInits: [],
      nextPeriod: 0,
      anchorEpochMs: undefined,
      endMs: 0,
      reception: [],
      segmentDurationMs: 2000,
      fragmentDurationMs: 500,
      fsync: 'off',
      maxDurationMs: Infinity,
    };
    return this.engine.startRecording(order);
  }

  of<Type extends EngineEvent['type']>(type: Type): Event<Type>[] {
    return this.events.filter((event): event is Event<Type> => event.type === type);
  }

  get states(): string[] {
    return this.of('session-state').map(({ state, reason }) => (reason === undefined ? state : `${state}: ${reason}`));
  }

  reached(state: string, limitMs = 15_000): Promise<void> {
    return until(() => this.states.includes(state), `the session is ${state}`, limitMs);
  }

  /** Waits for statistics that are as wanted, and returns the next ones that are. */
  async statistics(
    wanted: (tracks: Event<'stream-statistics'>['tracks']) => boolean,
  ): Promise<Event<'stream-statistics'>> {
    const from = this.events.length;
    const found = (): Event<'stream-statistics'> | undefined =>
      this.events
        .slice(from)
        .find(
          (event): event is Event<'stream-statistics'> => event.type === 'stream-statistics' && wanted(event.tracks),
        );
    await until(() => found() !== undefined, 'the statistics are as wanted', 15_000);
    const event = found();
    if (event === undefined) throw new Error('No statistics.');
    return event;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.peers) peer.kill('SIGKILL');
    await this.engine.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** See engine-datachannel.ts. */
class DatachannelPeer {
  private readonly child: ChildProcess;
  private offerText: string | undefined;
  readonly states: string[] = [];

  constructor(setup: string) {
    this.child = fork(join(__dirname, 'engine-datachannel.ts'), [setup], {
      execPath: join(PROJECT, 'node_modules/.bin/node'),
      execArgv: ['--no-warnings'],
    });
    this.child.on('message', (message: { offer?: string; state?: string }) => {
      this.offerText ??= message.offer;
      if (message.state !== undefined) this.states.push(message.state);
    });
  }

  async offer(): Promise<string> {
    await until(() => this.offerText !== undefined, 'the peer has an offer');
    return this.offerText ?? '';
  }

  answer(text: string): void {
    this.child.send(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
