const NAME = /^keyframe_(\d{4,9})\.m4s$/;

/**
 * The key frame that a segment begins with, shown for as long as the segment lasts. Made when it is asked for.
 *
 * @returns `keyframe_0003.m4s`
 */
export function keyFrameName(number: number): string {
  return `keyframe_${String(number).padStart(4, '0')}.m4s`;
}

/** `keyFrameName` of any number, as DASH templates have it. */
export const KEY_FRAME_TEMPLATE = 'keyframe_$Number%04d$.m4s';

/** @returns number of the segment; undefined for a name that `keyFrameName` does not make */
export function parseKeyFrameName(name: string): number | undefined {
  const number = Number(NAME.exec(name)?.[1]);
  return keyFrameName(number) === name ? number : undefined;
}
