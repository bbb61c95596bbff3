/** Addresses that a session's checks may come from, and those that were proven to be its: of each kind the oldest makes room. */
const MOST_OF_A_SESSION = 32;

/** An address leads to a session. */
export interface Route {
  readonly sessionId: string;
  readonly worker: number;
  /** A check from there was authentic, says the worker. */
  readonly isProven: boolean;
}

/** The addresses of one session, those first that were heard of least lately. */
interface OwnAddresses {
  readonly claimed: Set<string>;
  readonly proven: Set<string>;
}

/**
 * To which workers datagrams from an address go, by the checks that came from there. It only saves the other workers the trouble:
 * checks are not authenticated here, so nobody can take an address away from another session, and each worker judges for itself.
 * Forged checks never push out an address that a worker has found proven.
 */
export class StrangerRoutes {
  private readonly byAddress = new Map<string, Route[]>();
  private readonly addressesOf = new Map<string, OwnAddresses>();

  /** A check for this session came from there. */
  learn(address: string, sessionId: string, worker: number): void {
    const { claimed, proven } = this.ownOf(sessionId);
    if (proven.has(address)) return;
    if (!claimed.delete(address)) this.enter(address, { sessionId, worker, isProven: false });
    this.keep(claimed, address, sessionId);
  }

  /** One of them was authentic. */
  prove(address: string, sessionId: string, worker: number): void {
    const { claimed, proven } = this.ownOf(sessionId);
    if (proven.has(address)) return;
    if (claimed.delete(address)) this.leave(address, sessionId);
    this.enter(address, { sessionId, worker, isProven: true });
    this.keep(proven, address, sessionId);
  }

  isProven(address: string, sessionId: string): boolean {
    return this.addressesOf.get(sessionId)?.proven.has(address) === true;
  }

  at(address: string): readonly Route[] {
    return this.byAddress.get(address) ?? [];
  }

  forget(sessionId: string): void {
    const own = this.addressesOf.get(sessionId);
    for (const address of [...(own?.claimed ?? []), ...(own?.proven ?? [])]) this.leave(address, sessionId);
    this.addressesOf.delete(sessionId);
  }

  private ownOf(sessionId: string): OwnAddresses {
    const own = this.addressesOf.get(sessionId) ?? { claimed: new Set(), proven: new Set() };
    this.addressesOf.set(sessionId, own);
    return own;
  }

  private keep(addresses: Set<string>, address: string, sessionId: string): void {
    addresses.add(address);
    const [oldest] = addresses;
    if (addresses.size <= MOST_OF_A_SESSION || oldest === undefined) return;
    addresses.delete(oldest);
    this.leave(oldest, sessionId);
  }

  private enter(address: string, route: Route): void {
    this.byAddress.set(address, [...(this.byAddress.get(address) ?? []), route]);
  }

  private leave(address: string, sessionId: string): void {
    const rest = (this.byAddress.get(address) ?? []).filter((route) => route.sessionId !== sessionId);
    if (rest.length > 0) this.byAddress.set(address, rest);
    else this.byAddress.delete(address);
  }
}
