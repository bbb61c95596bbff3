import type { Told } from '../../audit/ports/audited.decorator.js';
import { modeOf, rightsOfMode } from '../ports/right.js';
import { expiryOfId } from './revocation-id.js';

type Members = Readonly<Record<string, unknown>>;

/** @returns `publish until 2026-11-20T12:00:00.000Z` of a token that was made, and without the time of one that was not */
export function describeToken({ given, answer }: Told): string {
  const rights = describeRights({ given });
  const id = member([answer], 'id');
  const expiresAt = typeof id === 'string' ? expiryOfId(id) : undefined;
  return expiresAt === undefined ? rights : `${rights} until ${expiresAt.toISOString()}`;
}

/** @returns `watch, playback` of what was asked for with the words of `POST /api/token` */
export function describeRights({ given }: Pick<Told, 'given'>): string {
  const has = (name: string): boolean => member(given, name) === true;
  const mode = modeOf({ subscribe: has('subscribe'), publish: has('publish'), admin: has('admin') });
  return mode === 0 ? 'no rights' : rightsOfMode(mode).join(', ');
}

function member(places: readonly unknown[], name: string): unknown {
  const values = places.map((place) =>
    typeof place === 'object' && place !== null ? (place as Members)[name] : undefined,
  );
  return values.find((value) => value !== undefined);
}
