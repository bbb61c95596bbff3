import { MoreThan, type EntityManager } from 'typeorm';
import type { LeftBehind } from '../../../media/manifests/timeline.js';
import { GonePart } from '../entities/index.js';
import type { DirectoryRows } from '../manifests/build-timeline.js';

type WantedParts = { readonly sessionId: string } | { readonly stream: string };

/** @returns what a view had in front of everything whose places are known: of a session, or of a stream from a time on */
export function findLeft(
  manager: EntityManager,
  { where, fromMs }: { readonly where: WantedParts; readonly fromMs: number },
): Promise<GonePart[]> {
  return manager.findBy(GonePart, { ...where, endedAt: MoreThan(new Date(fromMs)) });
}

export function countLeft(parts: readonly GonePart[]): LeftBehind {
  return {
    segmentCount: parts.reduce((sum, { segmentCount }) => sum + segmentCount, 0),
    discontinuityCount: parts.reduce((sum, { periodCount }) => sum + periodCount, 0),
  };
}

/** @returns session time that a view begins at when its first session has lost the places of its beginning */
export function originOf({ segments }: DirectoryRows, parts: readonly GonePart[]): number | undefined {
  const own = parts.filter(({ sessionId }) => sessionId === segments[0]?.sessionId);
  return own.length === 0 ? undefined : Math.min(...own.map(({ startMs }) => startMs));
}
