import { ascii, writeUint16, writeUint32 } from '../bytes.js';

const FIXED_BYTES = 12;
const VERSION = 0x80;
const HAS_EXTENSION = 0x10;
const ONE_BYTE_PROFILE = 0xbede;
const TWO_BYTE_PROFILE = 0x1000;
const LAST_ONE_BYTE_ID = 14;
const LONGEST_ONE_BYTE_VALUE = 16;
const SEQUENCE_BYTES = 2;
/** Lengths that the value of abs-capture-time can have: without it, and its two forms. */
const CAPTURE_LENGTHS = [0, 8, 16] as const;
const ABSENT = -1;

/** Header extensions that were agreed on with a viewer, by their ids there. */
export interface OutgoingExtensions {
  readonly mid: { readonly id: number; readonly value: string } | undefined;
  readonly transportSequenceNumber: number | undefined;
  readonly absoluteCaptureTime: number | undefined;
}

/** A header's bytes as they are in every packet, and where those lie that are not. */
interface Template {
  readonly bytes: Uint8Array;
  readonly transportSequenceAt: number;
  readonly captureAt: number;
}

interface Element {
  readonly id: number;
  readonly value: Uint8Array;
  readonly kind: 'fixed' | 'sequence' | 'capture';
}

/**
 * Writes the RTP headers of one stream to a viewer (RFC 3550 section 5.1) with the header extensions that were agreed on
 * with that viewer and no others (RFC 8285). Everything but numbers is laid out once; per packet bytes are copied.
 */
export class OutgoingHeader {
  private readonly templates: readonly Template[];

  /** @param hasTransportSequence the packets are numbered for transport-wide feedback, where that was agreed on */
  constructor(extensions: OutgoingExtensions, ssrc: number, hasTransportSequence: boolean) {
    this.templates = CAPTURE_LENGTHS.map((length) =>
      templateOf(elementsOf(extensions, hasTransportSequence, length), ssrc),
    );
  }

  /**
   * @param captureOffset where in `out` the value of abs-capture-time lies at present
   * @returns the header's length
   */
  write(
    out: Uint8Array,
    at: number,
    typeAndMarker: number,
    sequenceNumber: number,
    timestamp: number,
    transportSequence: number,
    captured: Uint8Array,
    captureOffset: number,
    captureLength: number,
  ): number {
    const template = this.templates[captureLength >>> 3];
    if (template === undefined) throw new RangeError(`No capture time has ${String(captureLength)} bytes.`);
    const { bytes, transportSequenceAt, captureAt } = template;
    for (let index = 0; index < bytes.length; index++) out[at + index] = bytes[index] ?? 0;
    out[at + 1] = typeAndMarker;
    writeUint16(out, at + 2, sequenceNumber);
    writeUint32(out, at + 4, timestamp);
    if (transportSequenceAt !== ABSENT) writeUint16(out, at + transportSequenceAt, transportSequence);
    if (captureAt !== ABSENT)
      for (let index = 0; index < captureLength; index++)
        out[at + captureAt + index] = captured[captureOffset + index] ?? 0;
    return bytes.length;
  }
}

function elementsOf(extensions: OutgoingExtensions, hasTransportSequence: boolean, captureLength: number): Element[] {
  const { mid, transportSequenceNumber, absoluteCaptureTime } = extensions;
  const elements: Element[] = [];
  if (mid !== undefined) elements.push({ id: mid.id, value: ascii(mid.value), kind: 'fixed' });
  if (hasTransportSequence && transportSequenceNumber !== undefined)
    elements.push({ id: transportSequenceNumber, value: new Uint8Array(SEQUENCE_BYTES), kind: 'sequence' });
  if (captureLength > 0 && absoluteCaptureTime !== undefined)
    elements.push({ id: absoluteCaptureTime, value: new Uint8Array(captureLength), kind: 'capture' });
  return elements;
}

/** The one-byte form where all elements fit into it: every receiver knows that one. */
function templateOf(elements: readonly Element[], ssrc: number): Template {
  const isOneByte = elements.every(({ id, value }) => id <= LAST_ONE_BYTE_ID && value.length <= LONGEST_ONE_BYTE_VALUE);
  const bytes: number[] = new Array<number>(FIXED_BYTES).fill(0);
  let transportSequenceAt = ABSENT;
  let captureAt = ABSENT;
  if (elements.length > 0) bytes.push(0, 0, 0, 0);
  for (const { id, value, kind } of elements) {
    if (isOneByte) bytes.push((id << 4) | (value.length - 1));
    else bytes.push(id, value.length);
    if (kind === 'sequence') transportSequenceAt = bytes.length;
    if (kind === 'capture') captureAt = bytes.length;
    bytes.push(...value);
  }
  while (bytes.length % 4 !== 0) bytes.push(0);
  const template = Uint8Array.from(bytes);
  template[0] = elements.length > 0 ? VERSION | HAS_EXTENSION : VERSION;
  writeUint32(template, 8, ssrc);
  if (elements.length > 0) {
    writeUint16(template, FIXED_BYTES, isOneByte ? ONE_BYTE_PROFILE : TWO_BYTE_PROFILE);
    writeUint16(template, FIXED_BYTES + 2, (bytes.length - FIXED_BYTES - 4) / 4);
  }
  return { bytes: template, transportSequenceAt, captureAt };
}
