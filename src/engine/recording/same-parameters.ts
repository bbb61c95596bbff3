import type { CodecParameters } from '../../media/codecs/codec.js';

/**
 * Whether samples under `one` can follow those under `other` in the same segment. Most access units bring the very same
 * object.
 */
export function areSameParameters(one: CodecParameters, other: CodecParameters | undefined): boolean {
  if (one === other) return true;
  if (other?.codecString !== one.codecString || other.width !== one.width || other.height !== one.height) return false;
  return (
    other.sampleRate === one.sampleRate &&
    other.channels === one.channels &&
    other.configuration.length === one.configuration.length &&
    other.configuration.every((byte, index) => byte === one.configuration[index])
  );
}
