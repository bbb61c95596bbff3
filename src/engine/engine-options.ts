import type { DataLimits } from './data-channels/data-limits.js';
import type { StreamChannel } from './data-channels/channel-port.js';
import type { WantedSrtp } from './srtp/srtp-choice.js';
import type { StunServer } from './udp/address-mapping.js';
import type { AnnouncedAddress } from './udp/candidates.js';
import type { WantedReceive } from './udp/receive-choice.js';
import type { SharedPortEnd } from './udp/shared-port-messages.js';
import type { LocalSocket } from './udp/udp-port.js';
import type { WorkerSettings } from './worker-messages.js';

export interface EngineOptions {
  /** The built `engine/worker.js`. */
  readonly workerUrl: URL;
  /** Number of worker threads; 0 = one per core. */
  readonly workers: number;
  /** Of all workers, or of the first where each has its own: the others have the following ones. 0 = any free. */
  readonly udpPort: number;
  /** Of ICE over TCP, for all workers; undefined = none, 0 = any free. */
  readonly tcpPort?: number | undefined;
  /** Literal IP addresses; none = all of the machine's. */
  readonly listenAddresses: readonly string[];
  /** None = detected. */
  readonly announcedAddresses: readonly AnnouncedAddress[];
  /** Asked what address the world sees when none is announced. */
  readonly stunServers?: readonly StunServer[];
  readonly memoryMibPerWorker: number;
  /** What opens and seals media; absent = whichever is faster. */
  readonly srtp?: WantedSrtp;
  /** How datagrams are received; absent = the cheaper way, where it works. */
  readonly receive?: WantedReceive;
  /** Of each session's data channels. */
  readonly dataLimits?: DataLimits;
  /** UDP beside data channels. */
  readonly channels?: readonly StreamChannel[];
}

const DEFAULT_DATA_LIMITS: DataLimits = { mostMessageBytes: 65_536, messagesPerSecond: 500, bytesPerSecond: 1_000_000 };

const EVERY_ADDRESS = ['0.0.0.0', '::'];

export function listenAddressesOf({ listenAddresses }: EngineOptions): readonly string[] {
  return listenAddresses.length > 0 ? listenAddresses : EVERY_ADDRESS;
}

export function dataLimitsOf({ dataLimits }: EngineOptions): DataLimits {
  return dataLimits ?? DEFAULT_DATA_LIMITS;
}

/**
 * @param tcpListeners what connections are accepted on for all workers
 * @param sharedUdp undefined where each worker has a port of its own
 */
export function settingsFor(
  options: EngineOptions,
  worker: number,
  tcpListeners: readonly LocalSocket[],
  sharedUdp: SharedPortEnd | undefined,
): WorkerSettings {
  const { udpPort, announcedAddresses, memoryMibPerWorker, srtp = 'auto', receive = 'auto' } = options;
  return {
    worker,
    udpPort: udpPort === 0 ? 0 : udpPort + worker,
    sharedUdp,
    tcpListeners,
    portOffset: sharedUdp === undefined ? worker : 0,
    listenAddresses: listenAddressesOf(options),
    announcedAddresses,
    stunServers: announcedAddresses.length > 0 ? [] : (options.stunServers ?? []),
    memoryMib: memoryMibPerWorker,
    srtp,
    receive,
    dataLimits: dataLimitsOf(options),
    streamsWithChannel: (options.channels ?? []).map(({ streamId }) => streamId),
  };
}
