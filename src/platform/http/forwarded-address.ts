import type { IncomingMessage } from 'node:http';

/** What Express makes of `http.trusted_proxies`: says of the address at a place of the way whether it is believed. */
export type TrustsProxy = (address: string, place: number) => boolean;

/**
 * Who sent a request that Express does not see, such as a handshake of WebSocket: as `ip` of its requests says it.
 *
 * @param trusts undefined where nobody is believed
 * @returns whoever connects, or who that one says it was, as far back as all on the way are believed
 */
export function forwardedAddressOf(
  {
    socket,
    headers,
  }: Pick<IncomingMessage, 'headers'> & { readonly socket: { readonly remoteAddress?: string | undefined } },
  trusts: TrustsProxy | undefined,
): string {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',');
  const named = forwarded === '' ? [] : forwarded.split(',').map((address) => address.trim());
  const way = [socket.remoteAddress ?? '', ...named.reverse()];
  const first = way.findIndex((address, place) => trusts?.(address, place) !== true);
  return way.at(first === -1 ? way.length - 1 : first) ?? '';
}
