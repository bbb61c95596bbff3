import { z } from 'zod';

/** What players put behind a URL by themselves: directives of low-latency HLS (RFC 8216bis, 6.2.5), and CTA-5004. */
const PLAYERS_OWN = /^(?:_HLS_|CMCD$)/;

/** @returns the schema of a query that players ask: what they say of themselves is no part of it */
export function playerQuery<T extends z.ZodType>(schema: T): z.ZodPreprocess<T> {
  return z.preprocess(withoutPlayersOwn, schema);
}

function withoutPlayersOwn(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query;
  return Object.fromEntries(Object.entries(query).filter(([name]) => !PLAYERS_OWN.test(name)));
}
