import type { Clock } from '../../shared/clock.js';
import type { MediaMemory } from '../../media/memory.js';
import type { IceCandidate } from '../../media/sdp/session.js';
import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import type { DataLimits } from '../data-channels/data-limits.js';
import type { DtlsIdentity } from '../dtls/dtls-identity.js';
import type { HandshakeQueue } from '../dtls/handshake-queue.js';
import type { MediaPort } from '../media-port.js';
import type { TimerWheel } from '../timer-wheel.js';
import type { Demultiplexer } from '../udp/demultiplexer.js';
import type { UdpPort } from '../udp/udp-port.js';
import type { SlotPool } from '../udp/slot-pool.js';

/** What all sessions of a worker share. */
export interface SessionEnvironment {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly memory: MediaMemory;
  readonly slots: SlotPool;
  readonly srtp: SrtpCryptoFactory;
  readonly port: MediaPort;
  /** The port of a single session, in place of the one for all: we control. It ends with the session. */
  readonly ownPort?: UdpPort;
  readonly demultiplexer: Demultiplexer;
  readonly handshakes: HandshakeQueue;
  readonly identity: DtlsIdentity;
  readonly dataLimits: DataLimits;
  /** Best first; they may be others the next time. */
  readonly candidates: readonly IceCandidate[];
}
