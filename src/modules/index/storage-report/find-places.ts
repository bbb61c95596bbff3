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
  /** Of which something is nowhere, whatever is left of them. */
  readonly lost: SegmentSum;
}

const PLACES: Readonly<Record<SegmentState, keyof Places>> = {
  local: 'local',
  uploading: 'local',
  stored: 'bucket',
  lost: 'lost',
};

/** A segment that is lost in part is counted where what is gone is. */
const STATE = `CASE WHEN segment.lostTracks IS NULL THEN segment.state ELSE 'lost' END`;

/** @returns every segment at one place */
export async function findPlaces(manager: EntityManager): Promise<Places> {
  const rows = await manager
    .createQueryBuilder(SegmentRow, 'segment')
    .select(STATE, 'state')
    .addSelect('COUNT(*)', 'segments')
    .addSelect('SUM(segment.sizeBytes)', 'bytes')
    .groupBy(STATE)
    .getRawMany<{ state: SegmentState; segments: number | string; bytes: number | string }>();
  const sumOf = (place: keyof Places): SegmentSum => {
    const found = rows.filter(({ state }) => PLACES[state] === place);
    return {
      segments: found.reduce((sum, { segments }) => sum + Number(segments), 0),
      bytes: found.reduce((sum, { bytes }) => sum + Number(bytes), 0),
    };
  };
  return { local: sumOf('local'), bucket: sumOf('bucket'), lost: sumOf('lost') };
}
