import type { EntityManager } from 'typeorm';
import { LeftPart, type SegmentRow, type SessionPart } from '../entities/index.js';
import type { NumberRange } from '../entities/left-part.entity.js';
import { parseSegmentName, sessionFileName } from '../directories/object-names.js';

/** What lies in a directory without rows because it was deleted without its objects. */
export class LeftMedia {
  constructor(private readonly parts: readonly LeftPart[]) {}

  static async of(manager: EntityManager, directory: string): Promise<LeftMedia> {
    return new LeftMedia(await manager.findBy(LeftPart, { directory }));
  }

  /** @returns the stream that it was recorded of; undefined for what was not left */
  streamOf(name: string): string | undefined {
    const number = parseSegmentName(name)?.number;
    return this.parts.find(({ sessionId, numbers }) =>
      number === undefined ? name === sessionFileName(sessionId) : includes(numbers, number),
    )?.stream;
  }

  has(name: string): boolean {
    return this.streamOf(name) !== undefined;
  }
}

/** To be called in the transaction that deletes the rows of all segments of the part. */
export async function rememberLeft(
  manager: EntityManager,
  { directory, sessionId, stream }: SessionPart,
  rows: readonly SegmentRow[],
): Promise<void> {
  const numbers = rangesOf(rows.map(({ number }) => number));
  await manager.save(LeftPart, { directory, sessionId, stream, numbers, leftAt: new Date() });
}

function includes(numbers: readonly NumberRange[], number: number): boolean {
  return numbers.some(([first, last]) => number >= first && number <= last);
}

/** @param numbers growing */
function rangesOf(numbers: readonly number[]): NumberRange[] {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range?.[1] === number - 1) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}
