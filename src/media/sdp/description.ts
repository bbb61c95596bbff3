import { readAttribute, readLines, type SdpAttribute, type SdpLine } from './lines.js';
import { SdpError } from './sdp.errors.js';

/** An `m=` line and what belongs to it. */
export interface MediaSection {
  readonly line: SdpLine;
  readonly attributes: readonly SdpAttribute[];
}

/** SDP cut at its `m=` lines; other lines than `m=` and `a=` mean nothing to WebRTC (RFC 9429 section 5.8). */
export interface SdpDescription {
  readonly attributes: readonly SdpAttribute[];
  readonly media: readonly MediaSection[];
}

const MAX_MEDIA_SECTIONS = 16;
/** What a session description begins with (RFC 8866 section 5). */
const OPENING = [/^v=0$/, /^o=\S+ \d+ \d+ \S+ \S+ \S+$/, /^s=/] as const;
const OPENING_NAMES = ['v=0', 'o=', 's='] as const;

/** @throws {SdpError} for what is no session description, or has more than 16 m-lines */
export function readDescription(text: string): SdpDescription {
  const lines = readLines(text);
  for (const [index, shape] of OPENING.entries()) {
    const line = lines[index];
    if (line === undefined || !shape.test(`${line.type}=${line.value}`)) {
      throw new SdpError(index + 1, `Expected ${OPENING_NAMES[index] ?? ''}.`);
    }
  }
  return cutAtMedia(lines);
}

/** Like `readDescription` for a part of one, which has no lines about its origin (RFC 8840 section 9). */
export function readDescriptionFragment(text: string): SdpDescription {
  return cutAtMedia(readLines(text));
}

function cutAtMedia(lines: readonly SdpLine[]): SdpDescription {
  const attributes: SdpAttribute[] = [];
  const media: { line: SdpLine; attributes: SdpAttribute[] }[] = [];
  for (const line of lines) {
    if (line.type === 'm') media.push({ line, attributes: [] });
    if (line.type === 'a') (media.at(-1)?.attributes ?? attributes).push(readAttribute(line));
    if (media.length > MAX_MEDIA_SECTIONS) {
      throw new SdpError(line.number, `There are more than ${String(MAX_MEDIA_SECTIONS)} m-lines.`);
    }
  }
  return { attributes, media };
}
