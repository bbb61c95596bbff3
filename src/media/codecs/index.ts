import type { CodecDefinition, MediaKind } from './codec.js';
import { av1 } from './av1.js';
import { h264 } from './h264.js';
import { h265 } from './h265.js';
import { opus } from './opus.js';
import { vp9 } from './vp9.js';

/** Every codec that Aircheck records. */
export const codecs: readonly CodecDefinition[] = [h264, vp9, av1, h265, opus];

/**
 * @param name encoding name of `a=rtpmap`, in any case
 * @returns undefined for a codec that cannot be recorded
 */
export function findCodec(name: string, kind: MediaKind): CodecDefinition | undefined {
  const wanted = name.toLowerCase();
  return codecs.find((codec) => codec.kind === kind && codec.name.toLowerCase() === wanted);
}
