import { isIPv6 } from 'node:net';
import type { IceCandidate } from '../../media/sdp/session.js';
import type { SelectedPair } from '../../media/stun/ice-agent.js';
import type { LocalSocket } from '../udp/udp-port.js';

/** More than a server has; who names hundreds shall not have us knock at all of them. */
const MOST_PAIRS = 16;

/** @returns what is checked of a peer that answered our offer, best first: its UDP candidates, each from a socket of its family */
export function checkedPairs(candidates: readonly IceCandidate[], sockets: readonly LocalSocket[]): SelectedPair[] {
  const usable = candidates.filter(({ transport, port }) => transport === 'udp' && port > 0);
  const unique = new Map(usable.map((one) => [`${one.address} ${one.port}`, one]));
  return [...unique.values()]
    .sort((a, b) => b.priority - a.priority)
    .flatMap(({ address, port }) => {
      const family = isIPv6(address) ? 'IPv6' : 'IPv4';
      return sockets
        .filter(({ bound }) => bound.family === family)
        .map(({ id }) => ({ remote: { address, port, family } as const, socketId: id }));
    })
    .slice(0, MOST_PAIRS);
}
