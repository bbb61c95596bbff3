import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../shared/clock.js';
import type { IceCandidate } from '../media/sdp/session.js';
import type { WorkerReachability } from './protocol.js';
import type { TcpPort } from './tcp/tcp-port.js';
import { AddressMapping } from './udp/address-mapping.js';
import { localCandidates } from './udp/candidates.js';
import type { Demultiplexer, Arrivals } from './udp/demultiplexer.js';
import type { UdpPort } from './udp/udp-port.js';
import type { WorkerSettings } from './worker-messages.js';

/** A NAT forgets a mapping that is not used after 30 s and more (RFC 4787 section 4.3 asks for 120). */
const REFRESH_MS = 25_000;
/** Datagrams get lost; whoever starts waits this long at most. */
const FIRST_ROUNDS = 3;
const FIRST_ROUND_MS = 300;

export interface ReachabilityParts {
  readonly udp: UdpPort;
  readonly tcp: TcpPort | undefined;
  readonly demultiplexer: Demultiplexer;
  readonly clock: Clock;
}

/** Where the publishers of one worker are told to send to. It changes with the machine's network and what STUN servers see. */
export class Reachability {
  private readonly mapping: AddressMapping;
  private list: readonly IceCandidate[] = [];
  private refreshedMs: number;

  private constructor(
    private readonly settings: WorkerSettings,
    private readonly parts: ReachabilityParts,
  ) {
    const { udp, demultiplexer, clock } = parts;
    this.mapping = new AddressMapping({
      servers: settings.stunServers,
      sockets: udp.sockets,
      randomBytes,
      resolve: addressesOf,
      send: (datagram, remote, socketId) => udp.send(datagram, remote, socketId),
      expectFrom: (remote, socketId, owner) => demultiplexer.expectFrom(remote, socketId, owner),
    });
    this.refreshedMs = clock.monotonicMs();
    this.look();
  }

  /** @returns when STUN servers have answered, where there are any, or after a second */
  static async of(settings: WorkerSettings, parts: ReachabilityParts): Promise<Reachability> {
    const reachability = new Reachability(settings, parts);
    for (let round = 0; round < FIRST_ROUNDS && !reachability.isAnswered; round += 1) {
      await reachability.mapping.ask();
      await reachability.mapping.settled(FIRST_ROUND_MS);
    }
    reachability.look();
    return reachability;
  }

  /** Best first. */
  get candidates(): readonly IceCandidate[] {
    return this.list;
  }

  get report(): WorkerReachability {
    const { udp, tcp, demultiplexer, clock } = this.parts;
    const monotonicMs = clock.monotonicMs();
    const toEpochMs = ({ addresses, lastMs }: Arrivals): WorkerReachability['udp']['arrivals'] => ({
      addresses,
      lastEpochMs: addresses === 0 ? undefined : clock.epochMs() - (monotonicMs - lastMs),
    });
    return {
      worker: this.settings.worker,
      candidates: this.list,
      udp: { port: udp.portNumber, arrivals: toEpochMs(demultiplexer.arrivals.udp) },
      tcp: tcp && { port: tcp.portNumber, arrivals: toEpochMs(demultiplexer.arrivals.tcp) },
      stun: this.settings.stunServers.length === 0 ? undefined : this.mapping.mapped,
    };
  }

  /** Call each second. What was asked now is taken up the next time. */
  tick(nowMs: number): void {
    if (nowMs - this.refreshedMs < REFRESH_MS) return;
    this.refreshedMs = nowMs;
    this.look();
    void this.mapping.ask();
  }

  private get isAnswered(): boolean {
    return this.settings.stunServers.length === 0 || this.mapping.mapped.answers > 0;
  }

  private look(): void {
    const { udp, tcp } = this.parts;
    const { announcedAddresses, portOffset } = this.settings;
    this.list = localCandidates({
      sockets: udp.sockets,
      listeners: tcp?.sockets ?? [],
      announcedAddresses,
      portOffset,
      mappedEndpoints: this.mapping.mapped.endpoints,
      interfaces: networkInterfaces(),
    });
  }
}

async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}
