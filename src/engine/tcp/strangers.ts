import { parseIpAddress } from '../../media/stun/ip-address.js';

const IPV6_NETWORK_BYTES = 8;

export interface StrangerLimits {
  /** Of all together: the oldest makes room. */
  readonly inAll: number;
  /** Of one IPv4 address or one IPv6 /64: the newest is refused. */
  readonly perNetwork: number;
}

/** Publishers behind one address connect at the same time when their server is back. */
export const mostStrangers: StrangerLimits = { inAll: 1024, perNetwork: 64 };

/** What is known of a connection here. */
export interface Stranger {
  readonly address: string;
  readonly openedMs: number;
}

/** Connections that have proved nothing yet, in the order in which they came: how many there may be, and for how long. */
export class Strangers<Connection extends Stranger> {
  private readonly all = new Set<Connection>();
  private readonly perNetwork = new Map<string, number>();

  constructor(private readonly limits: StrangerLimits) {}

  get count(): number {
    return this.all.size;
  }

  /** @returns whom to close: the oldest, `connection` itself, or nobody */
  add(connection: Connection): Connection | undefined {
    const network = networkOf(connection.address);
    const before = this.perNetwork.get(network) ?? 0;
    if (before >= this.limits.perNetwork) return connection;
    this.perNetwork.set(network, before + 1);
    this.all.add(connection);
    if (this.all.size <= this.limits.inAll) return undefined;
    const [oldest] = this.all;
    if (oldest !== undefined) this.delete(oldest);
    return oldest;
  }

  has(connection: Connection): boolean {
    return this.all.has(connection);
  }

  /** It has proved something, or is closed. */
  delete(connection: Connection): void {
    if (!this.all.delete(connection)) return;
    const network = networkOf(connection.address);
    const left = (this.perNetwork.get(network) ?? 1) - 1;
    if (left > 0) this.perNetwork.set(network, left);
    else this.perNetwork.delete(network);
  }

  /** @returns those that came before `limitMs` */
  openedBefore(limitMs: number): Connection[] {
    return [...this.all].filter(({ openedMs }) => openedMs < limitMs);
  }
}

/** One customer has one IPv4 address, and 2^64 of IPv6. */
function networkOf(address: string): string {
  return address.includes(':') ? String(parseIpAddress(address)?.subarray(0, IPV6_NETWORK_BYTES)) : address;
}
