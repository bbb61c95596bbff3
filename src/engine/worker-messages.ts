import type { DataLimits } from './data-channels/data-limits.js';
import type { EngineCommand, EngineEvent, EngineReply, WorkerImplementations } from './protocol.js';
import type { WantedSrtp } from './srtp/srtp-choice.js';
import type { WantedReceive } from './udp/receive-choice.js';
import type { StunServer } from './udp/address-mapping.js';
import type { AnnouncedAddress } from './udp/candidates.js';
import type { SharedPortEnd } from './udp/shared-port-messages.js';
import type { LocalSocket } from './udp/udp-port.js';

/** What a worker is started with. */
export interface WorkerSettings {
  /** 0, 1, 2 … */
  readonly worker: number;
  /** The port of this worker, where it has one of its own; 0 = any free. */
  readonly udpPort: number;
  /** The UDP port of all workers; undefined where each has its own. */
  readonly sharedUdp: SharedPortEnd | undefined;
  /** Added to announced ports. */
  readonly portOffset: number;
  /** What the main thread accepts ICE over TCP on; none = it is off. */
  readonly tcpListeners: readonly LocalSocket[];
  readonly listenAddresses: readonly string[];
  readonly announcedAddresses: readonly AnnouncedAddress[];
  /** Asked what address the world sees; none = nobody is asked. */
  readonly stunServers: readonly StunServer[];
  readonly memoryMib: number;
  readonly srtp: WantedSrtp;
  readonly receive: WantedReceive;
  readonly dataLimits: DataLimits;
  /** Streams whose viewers are heard outside, and who hear from there. */
  readonly streamsWithChannel: readonly string[];
}

/** From the main thread: answered by one `EngineReply` with the same `requestId`. */
export interface CommandMessage {
  readonly requestId: number;
  readonly command: EngineCommand;
}

/** To the main thread. `ready` comes first and once. */
export type WorkerMessage =
  | { readonly type: 'ready'; readonly udpPort: number; readonly implementations: WorkerImplementations }
  | { readonly type: 'event'; readonly event: EngineEvent }
  | EngineReply;
