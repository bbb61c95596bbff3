/** What a caller may be allowed to do: send a stream, watch a live one, control recordings, play them back, everything else. */
export type Right = 'publish' | 'watch' | 'record' | 'playback' | 'admin';

export const ALL_RIGHTS: readonly Right[] = ['publish', 'watch', 'record', 'playback', 'admin'];

/** Who asks, by what may be done. */
export interface Caller {
  readonly rights: readonly Right[];
}
