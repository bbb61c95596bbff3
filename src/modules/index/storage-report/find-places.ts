import type { EntityManager } from 'typeorm';
import { SegmentRow } from '../entities/index.js';
import type { SegmentState } from '../entities/segment-row.entity.js';

/** Segments and the bytes of all their tracks. */
export interface SegmentSum {
  readonly segments: number;
  readonly bytes: number;
}

/** How safe what was recorded is. */
export interface Places {
  /** Nowhere but in the folder that is recorded into, and where told in the backup storage. */
  readonly local: SegmentSum;
  /** Verified there, whether the folder has them still or not. */
  readonly bucket: SegmentSum;
  /** Of which something is nowhere; the bytes of that alone, the others count where they are. */
  readonly lost: SegmentSum;
}

const STATES: Readonly<Record<'local' | 'bucket', readonly SegmentState[]>> = {
  local: ['local', 'uploading'],
  bucket: ['stored'],
};

/** @returns every segment, and every byte, at one place */
export async function findPlaces(manager: EntityManager): Promise<Places> {
  const rows = await manager
    .createQueryBuilder(SegmentRow, 'segment')
    .select('segment.state', 'state')
    .addSelect('COUNT(CASE WHEN segment.lostBytes = 0 THEN 1 END)', 'segments')
    .addSelect('SUM(segment.sizeBytes - segment.lostBytes)', 'bytes')
    .addSelect('COUNT(CASE WHEN segment.lostBytes > 0 THEN 1 END)', 'lostSegments')
    .addSelect('SUM(segment.lostBytes)', 'lostBytes')
    .groupBy('segment.state')
    .getRawMany<
      { state: SegmentState } & Record<'segments' | 'bytes' | 'lostSegments' | 'lostBytes', number | string>
    >();
  const sum = (numbers: readonly (number | string)[]): number =>
    numbers.reduce<number>((all, one) => all + Number(one), 0);
  const sumOf = (place: keyof typeof STATES): SegmentSum => {
    const found = rows.filter(({ state }) => STATES[place].includes(state));
    return { segments: sum(found.map(({ segments }) => segments)), bytes: sum(found.map(({ bytes }) => bytes)) };
  };
  const lost = {
    segments: sum(rows.map(({ lostSegments }) => lostSegments)),
    bytes: sum(rows.map(({ lostBytes }) => lostBytes)),
  };
  return { local: sumOf('local'), bucket: sumOf('bucket'), lost };
}
