import type { Clock } from '../shared/clock.js';
import { createDtlsIdentity } from './dtls/dtls-identity.js';
import { HandshakeQueue } from './dtls/handshake-queue.js';
import { rehearseHandshakes } from './dtls/rehearsal.js';
import { MediaPort } from './media-port.js';
import type { EngineEvent, WorkerChoice, WorkerImplementations } from './protocol.js';
import { Reachability } from './reachability.js';
import type { SessionEnvironment } from './session/session-environment.js';
import { chooseSrtp } from './srtp/srtp-choice.js';
import { TcpPort, type TcpPortOptions } from './tcp/tcp-port.js';
import { TimerWheel } from './timer-wheel.js';
import { Demultiplexer } from './udp/demultiplexer.js';
import { createMediaBlock } from './udp/media-block.js';
import { openUdpPort } from './udp/receive-choice.js';
import { SlotPool } from './udp/slot-pool.js';
import type { WorkerSettings } from './worker-messages.js';

const SECOND_MS = 1_000;

export type Emit = (event: EngineEvent) => void;

/** What a worker is given by its thread. */
export interface WorkerSurroundings {
  readonly clock: Clock;
  /** Reads the compiled media kernels. @throws the system's error */
  readonly loadKernels: () => Uint8Array;
  readonly emit: Emit;
}

interface PreparedEnvironment {
  readonly environment: SessionEnvironment;
  readonly reachability: Reachability;
  readonly implementations: WorkerImplementations;
}

/**
 * Opens a worker's port and makes what its sessions share.
 * @throws the system's error when the port cannot be opened, or an implementation that was asked for does not run here
 */
export async function prepareEnvironment(
  settings: WorkerSettings,
  { clock, loadKernels, emit }: WorkerSurroundings,
): Promise<PreparedEnvironment> {
  const block = createMediaBlock(settings.memoryMib);
  const { memory } = block;
  const srtp = chooseSrtp(settings.srtp, block, loadKernels);
  const slots = new SlotPool(memory);
  const demultiplexer = new Demultiplexer(memory, clock, (...proof) => udp.proved(...proof));
  const { listenAddresses, udpPort: port, sharedUdp, tcpListeners, receive: wanted } = settings;
  const receive = await openUdpPort(wanted, block, { port, listenAddresses, memory, slots }, sharedUdp);
  const { port: udp } = receive;
  udp.deliverTo(demultiplexer);
  const tcp = openTcp({
    listeners: tcpListeners,
    memory,
    block: block.wasm,
    slots,
    clock,
    receiver: demultiplexer,
    released: (connectionId) => emit({ type: 'connection-released', connectionId }),
  });
  const identity = createDtlsIdentity();
  const [reachability] = await Promise.all([
    Reachability.of(settings, { udp, tcp, demultiplexer, clock }),
    rehearseHandshakes(identity),
  ]);
  const wheel = new TimerWheel(clock.monotonicMs());
  wheel.every(SECOND_MS, (nowMs) => {
    reachability.tick(nowMs);
    tcp?.sweep(nowMs);
  });
  const environment: SessionEnvironment = {
    clock,
    memory,
    slots,
    srtp: srtp.crypto,
    demultiplexer,
    port: new MediaPort(udp, tcp),
    wheel,
    handshakes: new HandshakeQueue(mediaSince(demultiplexer)),
    identity,
    dataLimits: settings.dataLimits,
    get candidates() {
      return reachability.candidates;
    },
  };
  return { environment, reachability, implementations: { receive: nameOf(receive), srtp: nameOf(srtp) } };
}

/** @returns undefined when none is wanted */
function openTcp(options: TcpPortOptions): TcpPort | undefined {
  return options.listeners.length === 0 ? undefined : TcpPort.open(options);
}

/** Without what cannot be told to another thread. */
function nameOf({ name, reason }: WorkerChoice): WorkerChoice {
  return { name, reason };
}

/** @returns a question: has media come since it was asked last? */
function mediaSince({ counters }: Demultiplexer): () => boolean {
  let seen = 0;
  return () => {
    const before = seen;
    seen = counters.media;
    return seen !== before;
  };
}
