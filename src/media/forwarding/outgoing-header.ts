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
  /** Only of who takes both forms of header extensions in one stream. */
  readonly dependencyDescriptor?: number | undefined;
}

/** A header's bytes as they are in every packet, and where those lie that are not. */
interface Template {
  readonly bytes: Uint8Array;
  readonly isOneByte: boolean;
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
  /** Where the packet that was written last has its dependency descriptor, in bytes from its beginning. */
  descriptorAt = 0;
  private readonly descriptorId: number;
  private readonly templates: readonly Template[];
  /** For a descriptor behind what is in them, in the one-byte form where the rest allows it, and in the two-byte form. */
  private readonly shortTemplates: readonly Template[];
  private readonly longTemplates: readonly Template[];

  /** @param hasTransportSequence the packets are numbered for transport-wide feedback, where that was agreed on */
  constructor(extensions: OutgoingExtensions, ssrc: number, hasTransportSequence: boolean) {
    const elements = CAPTURE_LENGTHS.map((length) => elementsOf(extensions, hasTransportSequence, length));
    this.descriptorId = extensions.dependencyDescriptor ?? ABSENT;
    this.templates = elements.map((list) => templateOf(list, ssrc, isOneByte(list), false));
    const described = this.descriptorId === ABSENT ? [] : elements;
    const isShort = this.descriptorId <= LAST_ONE_BYTE_ID;
    this.shortTemplates = described.map((list) => templateOf(list, ssrc, isShort && isOneByte(list), true));
    this.longTemplates = described.map((list) => templateOf(list, ssrc, false, true));
  }

  /**
   * @param captureOffset where in `out` the value of abs-capture-time lies at present
   * @param descriptorLength of the dependency descriptor, to be written at `descriptorAt` afterwards; 0 for none, 255 at most
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
    descriptorLength = 0,
  ): number {
    const template = this.templatesFor(descriptorLength)[captureLength >>> 3];
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
    return descriptorLength === 0 ? bytes.length : this.leaveRoom(out, at, template, descriptorLength);
  }

  private templatesFor(descriptorLength: number): readonly Template[] {
    if (descriptorLength === 0) return this.templates;
    return descriptorLength > LONGEST_ONE_BYTE_VALUE ? this.longTemplates : this.shortTemplates;
  }

  private leaveRoom(out: Uint8Array, at: number, { bytes, isOneByte: isShort }: Template, length: number): number {
    let end = bytes.length;
    if (isShort) out[at + end++] = (this.descriptorId << 4) | (length - 1);
    else {
      out[at + end++] = this.descriptorId;
      out[at + end++] = length;
    }
    this.descriptorAt = end;
    end += length;
    while (end % 4 !== 0) out[at + end++] = 0;
    writeUint16(out, at + FIXED_BYTES + 2, (end - FIXED_BYTES - 4) / 4);
    return end;
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

/** All elements fit into the one-byte form: every receiver knows that one. */
function isOneByte(elements: readonly Element[]): boolean {
  return elements.every(({ id, value }) => id <= LAST_ONE_BYTE_ID && value.length <= LONGEST_ONE_BYTE_VALUE);
}

/** @param isOpen behind the elements there will be another one */
function templateOf(elements: readonly Element[], ssrc: number, isShort: boolean, isOpen: boolean): Template {
  const hasExtension = isOpen || elements.length > 0;
  const bytes: number[] = new Array<number>(FIXED_BYTES).fill(0);
  let transportSequenceAt = ABSENT;
  let captureAt = ABSENT;
  if (hasExtension) bytes.push(0, 0, 0, 0);
  for (const { id, value, kind } of elements) {
    if (isShort) bytes.push((id << 4) | (value.length - 1));
    else bytes.push(id, value.length);
    if (kind === 'sequence') transportSequenceAt = bytes.length;
    if (kind === 'capture') captureAt = bytes.length;
    bytes.push(...value);
  }
  while (!isOpen && bytes.length % 4 !== 0) bytes.push(0);
  const template = Uint8Array.from(bytes);
  template[0] = hasExtension ? VERSION | HAS_EXTENSION : VERSION;
  writeUint32(template, 8, ssrc);
  if (hasExtension) writeUint16(template, FIXED_BYTES, isShort ? ONE_BYTE_PROFILE : TWO_BYTE_PROFILE);
  if (hasExtension && !isOpen) writeUint16(template, FIXED_BYTES + 2, (bytes.length - FIXED_BYTES - 4) / 4);
  return { bytes: template, isOneByte: isShort, transportSequenceAt, captureAt };
}
