import { ConnectionsFullError, TooManyConnectionsError } from '../../platform/graphql/graphql.errors.js';
import { Places } from '../../shared/places.js';

/** Sockets that have shown no good token have three seconds for it: so few places do for those who mean to. */
const MOST_UNPROVEN = 400;
const MOST_UNPROVEN_OF_ADDRESS = 50;

export interface SocketLimits {
  /** Of those that have shown who they are. */
  readonly inAll: number;
  /** Of all, proven or not; 0: no limit. */
  readonly perAddress: number;
}

interface Taken {
  readonly address: string;
  readonly leaveAddress: () => void;
  /** Undefined once it is proven, or before either was said. */
  leaveUnproven: (() => void) | undefined;
}

/** Who has which place: those who have not shown who they are have a few of their own, and take none of the others'. */
export class SocketPlaces<Socket extends object> {
  private readonly taken = new Map<Socket, Taken>();
  private readonly proven = new Set<Socket>();
  private readonly unproven = new Set<Socket>();
  private readonly ofAddresses: Places;
  private readonly unprovenOfAddresses = new Places(MOST_UNPROVEN_OF_ADDRESS);

  constructor(private readonly limits: SocketLimits) {
    this.ofAddresses = new Places(limits.perAddress);
  }

  /** Before anything is known of the caller. {@link leave} gives it back. @throws {TooManyConnectionsError} */
  enter(socket: Socket, address: string): void {
    const leaveAddress = this.ofAddresses.take(address);
    if (leaveAddress === undefined) throw new TooManyConnectionsError('address', this.limits.perAddress);
    this.taken.set(socket, { address, leaveAddress, leaveUnproven: undefined });
  }

  /** One that has yet to show who it is. @throws {ConnectionsFullError | TooManyConnectionsError} */
  await(socket: Socket): void {
    const place = this.taken.get(socket);
    if (place === undefined) return;
    if (this.unproven.size >= MOST_UNPROVEN) throw new ConnectionsFullError();
    place.leaveUnproven = this.unprovenOfAddresses.take(place.address);
    if (place.leaveUnproven === undefined) throw new TooManyConnectionsError('address', MOST_UNPROVEN_OF_ADDRESS);
    this.unproven.add(socket);
  }

  /** It has shown who it is, the first time or again. @throws {ConnectionsFullError} */
  prove(socket: Socket): void {
    const place = this.taken.get(socket);
    if (place === undefined || this.proven.has(socket)) return;
    if (this.proven.size >= this.limits.inAll) throw new ConnectionsFullError();
    this.leaveUnproven(socket, place);
    this.proven.add(socket);
  }

  /** Idempotent. */
  leave(socket: Socket): void {
    const place = this.taken.get(socket);
    if (place === undefined) return;
    this.taken.delete(socket);
    this.proven.delete(socket);
    this.leaveUnproven(socket, place);
    place.leaveAddress();
  }

  private leaveUnproven(socket: Socket, place: Taken): void {
    this.unproven.delete(socket);
    place.leaveUnproven?.();
    place.leaveUnproven = undefined;
  }
}
