/**
 * What a caller may be allowed to do with a stream: send it, watch it live, control its recording, play recordings back, and
 * administer it, which for all streams is to administer the server.
 */
export type Right = 'publish' | 'watch' | 'record' | 'playback' | 'admin';

export const ALL_RIGHTS: readonly Right[] = ['publish', 'watch', 'record', 'playback', 'admin'];

/** Bits of the claim `mode`, as live777 has them. */
const WATCH_BIT = 4;
const PUBLISH_BIT = 2;
const CONTROL_BIT = 1;

export const ALL_MODES = WATCH_BIT | PUBLISH_BIT | CONTROL_BIT;

/** @param mode the claim: bits 4, 2 and 1, others mean nothing */
export function rightsOfMode(mode: number): readonly Right[] {
  const watch: readonly Right[] = (mode & WATCH_BIT) === 0 ? [] : ['watch', 'playback'];
  const publish: readonly Right[] = (mode & PUBLISH_BIT) === 0 ? [] : ['publish'];
  const control: readonly Right[] = (mode & CONTROL_BIT) === 0 ? [] : ['record', 'admin'];
  return [...watch, ...publish, ...control];
}

/** @returns the claim for what `POST /api/token` of live777 is asked for */
export function modeOf(wanted: {
  readonly subscribe: boolean;
  readonly publish: boolean;
  readonly admin: boolean;
}): number {
  return (wanted.subscribe ? WATCH_BIT : 0) | (wanted.publish ? PUBLISH_BIT : 0) | (wanted.admin ? CONTROL_BIT : 0);
}
