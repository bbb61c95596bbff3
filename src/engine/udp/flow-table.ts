import type { TransportAddress } from '../../media/stun/transport-address.js';

/** One 5-tuple (UDP, our socket, the remote address) that has proved to belong to `owner`. */
export interface Flow<Owner> {
  readonly remote: TransportAddress;
  readonly socketId: number;
  readonly owner: Owner;
}

/** Addresses that one owner may have proved: every pair of candidates, and a few moves to other networks. */
const MOST_PER_OWNER = 32;

/**
 * From the source of a datagram to its owner. Asked once per packet: keyed by port number, so that nothing is
 * allocated and no string is built; and most packets come from where the one before came.
 */
export class FlowTable<Owner extends object> {
  private readonly byPort = new Map<number, Flow<Owner>[]>();
  private readonly byOwner = new Map<Owner, Flow<Owner>[]>();
  private lastFound: Flow<Owner> | undefined;

  find(address: string, port: number, socketId: number): Flow<Owner> | undefined {
    const last = this.lastFound;
    if (last?.remote.port === port && last.socketId === socketId && last.remote.address === address) return last;
    const flows = this.byPort.get(port);
    if (flows === undefined) return undefined;
    for (const flow of flows) {
      if (flow.remote.address === address && flow.socketId === socketId) return (this.lastFound = flow);
    }
    return undefined;
  }

  /** An address that belonged to another owner is taken over: whether it may be is for the caller to judge. An owner's oldest one makes room. */
  add(remote: TransportAddress, socketId: number, owner: Owner): void {
    const known = this.find(remote.address, remote.port, socketId);
    if (known?.owner === owner) return;
    if (known !== undefined) this.remove(known);
    const own = this.byOwner.get(owner) ?? [];
    const oldest = own[0];
    if (own.length >= MOST_PER_OWNER && oldest !== undefined) this.remove(oldest);
    const flow: Flow<Owner> = { remote, socketId, owner };
    this.byOwner.set(owner, [...(this.byOwner.get(owner) ?? []), flow]);
    this.byPort.set(remote.port, [...(this.byPort.get(remote.port) ?? []), flow]);
  }

  removeOwner(owner: Owner): void {
    for (const flow of this.byOwner.get(owner) ?? []) this.remove(flow);
  }

  private remove(flow: Flow<Owner>): void {
    this.lastFound = undefined;
    drop(this.byPort, flow.remote.port, flow);
    drop(this.byOwner, flow.owner, flow);
  }
}

function drop<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const rest = (map.get(key) ?? []).filter((one) => one !== value);
  if (rest.length > 0) map.set(key, rest);
  else map.delete(key);
}
