/** Addresses that a session's checks may come from; the oldest makes room. */
const MOST_OF_A_SESSION = 32;

interface Route {
  readonly sessionId: string;
  readonly worker: number;
}

/**
 * To which workers datagrams from an address go, by the checks that came from there. It only saves the other workers the trouble:
 * checks are not authenticated here, so nobody can take an address away from another session, and each worker judges for itself.
 */
export class StrangerRoutes {
  private readonly byAddress = new Map<string, Route[]>();
  private readonly addressesOf = new Map<string, string[]>();

  /** A check for this session came from there. */
  learn(address: string, sessionId: string, worker: number): void {
    const routes = this.byAddress.get(address) ?? [];
    if (routes.some((route) => route.sessionId === sessionId)) return;
    this.byAddress.set(address, [...routes, { sessionId, worker }]);
    const own = [...(this.addressesOf.get(sessionId) ?? []), address];
    if (own.length > MOST_OF_A_SESSION) this.leave(own.shift() ?? '', sessionId);
    this.addressesOf.set(sessionId, own);
  }

  /** @returns each worker once */
  workersAt(address: string): readonly number[] {
    const routes = this.byAddress.get(address);
    return routes === undefined ? [] : [...new Set(routes.map(({ worker }) => worker))];
  }

  forget(sessionId: string): void {
    for (const address of this.addressesOf.get(sessionId) ?? []) this.leave(address, sessionId);
    this.addressesOf.delete(sessionId);
  }

  private leave(address: string, sessionId: string): void {
    const rest = (this.byAddress.get(address) ?? []).filter((route) => route.sessionId !== sessionId);
    if (rest.length > 0) this.byAddress.set(address, rest);
    else this.byAddress.delete(address);
  }
}
