import { systemErrorCode } from '../shared/errors.js';

/** How often another free port is tried when the first socket's number is taken for the next one. */
const FREE_PORT_ATTEMPTS = 16;
const NO_SUCH_FAMILY = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT']);

/** What one kind of socket is opened and closed with. */
export interface SocketKind<Socket> {
  /** @throws the system's error */
  open(address: string, port: number): Promise<Socket>;
  portOf(socket: Socket): number;
  close(socket: Socket): Promise<void>;
}

/**
 * Opens a socket on each address, all on one port number. A free number is looked for until every address has it.
 *
 * @param port 0 = any free one
 * @param addresses literal, at least one. `::` is left out where the machine has no IPv6.
 * @throws the system's error when an address cannot be had; none is open then
 */
export async function openOnOnePort<Socket>(
  kind: SocketKind<Socket>,
  addresses: readonly string[],
  port: number,
): Promise<Socket[]> {
  for (let attempt = 1; ; attempt += 1) {
    const open: Socket[] = [];
    try {
      for (const address of addresses) {
        const number = open[0] === undefined ? port : kind.portOf(open[0]);
        const socket = await openWhereKnown(kind, address, number);
        if (socket !== undefined) open.push(socket);
      }
      if (open.length === 0) throw new RangeError(`No address to listen on: ${addresses.join(', ')}.`);
      return open;
    } catch (error) {
      await Promise.all(open.map((socket) => kind.close(socket)));
      const retry = port === 0 && open.length > 0 && systemErrorCode(error) === 'EADDRINUSE';
      if (!retry || attempt === FREE_PORT_ATTEMPTS) throw error;
    }
  }
}

/** @returns undefined when `address` is the IPv6 wildcard and there is no IPv6 */
async function openWhereKnown<Socket>(
  kind: SocketKind<Socket>,
  address: string,
  port: number,
): Promise<Socket | undefined> {
  try {
    return await kind.open(address, port);
  } catch (error) {
    if (address === '::' && NO_SUCH_FAMILY.has(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}
