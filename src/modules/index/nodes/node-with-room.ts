import type { NodeRow } from '../entities/index.js';

/** What the row of a node says as the load of its busiest core while the node is overloaded or draining. */
export const NO_ROOM_PERCENT = 100;

/** Of who listens on all addresses. */
const EVERYWHERE: readonly string[] = ['0.0.0.0', '[::]'];

/** @returns where another reaches the node; undefined when it says only that it listens everywhere */
function addressOf({ url }: Pick<NodeRow, 'url'>): URL | undefined {
  if (!URL.canParse(url)) return undefined;
  const address = new URL(url);
  return EVERYWHERE.includes(address.hostname) ? undefined : address;
}

/** @returns where the node reaches the other one, undefined where both have one address, that of a load balancer */
export function addressBeside(own: Pick<NodeRow, 'url'>, other: Pick<NodeRow, 'url'>): URL | undefined {
  const address = addressOf(other);
  return address?.origin === addressOf(own)?.origin ? undefined : address;
}

/**
 * Where a node sends newcomers that it has no room for: to the least loaded of the others that has some. While its own row does not
 * say yet that it has none, nowhere: the other could send them back.
 *
 * @param running rows of all nodes that run
 * @param alias of the node that asks
 * @returns an origin
 */
export function nodeWithRoom(running: readonly NodeRow[], alias: string): string | undefined {
  const own = running.find((node) => node.alias === alias);
  if (own === undefined || hasRoom(own)) return undefined;
  return running
    .filter((node) => node !== own && hasRoom(node))
    .sort((a, b) => a.cpuPercent - b.cpuPercent || a.liveStreams - b.liveStreams || (a.alias < b.alias ? -1 : 1))
    .flatMap((node) => addressBeside(own, node)?.origin ?? [])
    .at(0);
}

function hasRoom({ cpuPercent }: NodeRow): boolean {
  return cpuPercent < NO_ROOM_PERCENT;
}
