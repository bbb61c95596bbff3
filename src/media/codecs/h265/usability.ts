import type { ColourDescription } from '../codec.js';
import type { BitReader } from '../bit-reader.js';
import { readColour, readPixelAspectRatio, type PixelAspectRatio } from '../nal/picture-format.js';

/** Of the video usability information, ITU-T H.265 annex E, what a container needs: its beginning. */
export interface Usability {
  readonly pixelAspectRatio: PixelAspectRatio | undefined;
  readonly colour: ColourDescription | undefined;
}

/** @returns undefined when it does not end within the set */
export function parseUsability(reader: BitReader): Usability | undefined {
  const pixelAspectRatio = reader.flag() ? readPixelAspectRatio(reader) : undefined;
  if (reader.flag()) reader.bit(); // overscan_appropriate_flag
  const colour = reader.flag() ? readColour(reader) : undefined;
  return reader.isOverrun ? undefined : { pixelAspectRatio, colour };
}
