import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** Narrows a list to some streams, of which there may be none. */
export function amongStreams(
  select: SelectQueryBuilder<ObjectLiteral>,
  column: string,
  streams: readonly string[] | undefined,
): void {
  if (streams === undefined) return;
  if (streams.length === 0) select.andWhere('1 = 0');
  else select.andWhere(`${column} IN (:...amongStreams)`, { amongStreams: streams });
}
