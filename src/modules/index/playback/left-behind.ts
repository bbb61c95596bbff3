import { MoreThan, type EntityManager } from 'typeorm';
import type { LeftBehind } from '../../../media/manifests/timeline.js';
import { smallestOf } from '../../../shared/extremes.js';
import { GonePart } from '../entities/index.js';
import type { DirectoryRows } from '../manifests/build-timeline.js';

type WantedParts = { readonly sessionId: string } | { readonly stream: string } | { readonly directory: string };

/** @returns what a view had in front of everything whose places are known: of a session, of a directory, or of a stream from a time on */
export function findLeft(
  manager: EntityManager,
  { where, fromMs }: { readonly where: WantedParts; readonly fromMs: number },
): Promise<GonePart[]> {
  return manager.findBy(GonePart, { ...where, endedAt: MoreThan(new Date(fromMs)) });
}

/** @returns how much of it went by later changes than this one */
export function countLeft(parts: readonly GonePart[], since: number): LeftBehind {
  const later = parts.filter(({ change }) => change > since);
  return {
    segmentCount: later.reduce((sum, { segmentCount }) => sum + segmentCount, 0),
    discontinuityCount: later.reduce((sum, { periodCount }) => sum + periodCount, 0),
  };
}

/** @returns session time that a view begins at when its first session has lost the places of its beginning */
export function originOf({ segments }: DirectoryRows, parts: readonly GonePart[], since: number): number | undefined {
  const own = parts.filter(({ sessionId, change }) => sessionId === segments[0]?.sessionId && change > since);
  return own.length === 0 ? undefined : smallestOf(own.map(({ startMs }) => startMs));
}
