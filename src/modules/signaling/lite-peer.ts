import type { SessionOffer } from '../../media/sdp/session.js';
import { PeerAddressForbiddenError } from './signaling.errors.js';

/** Which addresses datagrams of ours may be sent to because a peer names them. */
export type MayAsk = (address: string) => boolean;

/** Below it are ports of servers that all the world knows: who names one of another's is not to have us ask there. */
const LOWEST_PORT = 1024;

/**
 * A full agent proves its addresses by its checks. A lite one makes none: it is checked where it says that it is.
 *
 * @returns the offer, of a lite agent without addresses and ports that nothing may be sent to
 * @throws {PeerAddressForbiddenError} when it names no others
 */
export function reachableBy<Offer extends SessionOffer>(offer: Offer, mayAsk: MayAsk): Offer {
  const { transport } = offer;
  if (transport.isLite !== true) return offer;
  const candidates = transport.candidates.filter(({ address, port }) => port >= LOWEST_PORT && mayAsk(address));
  if (candidates.length === 0) throw new PeerAddressForbiddenError();
  return { ...offer, transport: { ...transport, candidates } };
}
