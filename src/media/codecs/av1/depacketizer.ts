import { PictureDepacketizer } from '../picture-depacketizer.js';
import type { AccessUnitSink, CodecParameters } from '../codec.js';
import { codecParameters } from './configuration.js';
import { Leb128 } from './leb128.js';
import { ObuWriter, SEQUENCE_HEADER, TEMPORAL_DELIMITER } from './obu-writer.js';
import { parseSequenceHeader } from './sequence-header.js';

/** Aggregation header, section 4.4 of the payload format. */
const CONTINUES_ELEMENT = 0x80;
const ELEMENT_CONTINUES = 0x40;
const STARTS_SEQUENCE = 0x08;

const FRAME_HEADER = 3;
const FRAME = 6;
/** Real sequence headers have some ten bytes. */
const MAX_SEQUENCE_HEADER_BYTES = 256;
/** Twice what the highest level that is made needs. */
const MAX_SIDE = 16_384;
/** With obu_size 0. */
const WRITTEN_DELIMITER = Uint8Array.of(0x12, 0);
/** show_existing_frame, frame_type and show_frame of a key frame that is shown, in the highest bits of its header. */
const SHOWN_KEY_FRAME = 0b0001_0000;
const SHOWN_KEY_FRAME_BITS = 0b1111_0000;

/**
 * RTP packets of AV1 to samples of `av01`: temporal units with all their layers, every OBU with its size. Sequence
 * headers stay where they are and lie in `av1C` as well.
 *
 * Temporal delimiters are left out ("AV1 Codec ISO Media File Format Binding", section 2.4, which only advises it),
 * but where there are spatial layers each sample has one: a sender leaves the highest layer out when the network is
 * narrow, and without a delimiter dav1d cannot know that no higher layer follows, and shows nothing.
 *
 * Nothing in a packet says that a temporal unit begins with it but the start of a coded video sequence, so after a loss
 * the first one is dropped unless it starts one.
 */
export class Av1Depacketizer extends PictureDepacketizer {
  private readonly obu: ObuWriter;
  private readonly length = new Leb128();
  private readonly sequence = new Uint8Array(MAX_SEQUENCE_HEADER_BYTES);
  private sequenceLength = 0;
  private isReduced = false;
  private isSpatiallyLayered = false;
  private current: CodecParameters | undefined;
  /** The last element of the packet before goes on in the next one. */
  private isContinued = false;
  private isFirstElement = true;
  private hasSequence = false;
  private hasFrameHeader = false;

  constructor(sink: AccessUnitSink) {
    super(sink);
    this.obu = new ObuWriter(sink);
  }

  protected override readPayload(bytes: Uint8Array, offset: number, length: number): boolean {
    const header = bytes[offset] ?? 0;
    const continues = (header & CONTINUES_ELEMENT) !== 0;
    if (length < 2 || continues !== this.isContinued) return false;
    if ((header & STARTS_SEQUENCE) !== 0 && !continues) this.isStartUncertain = false;
    return this.readElements(header, bytes, offset + 1, offset + length);
  }

  protected override reset(): void {
    this.obu.reset();
    this.isContinued = false;
    this.isFirstElement = true;
    this.hasSequence = false;
    this.hasFrameHeader = false;
  }

  protected override complete(): boolean {
    if (this.obu.isInProgress) return false;
    if (this.facts.isKeyframe) this.facts.parameters = this.current;
    return true;
  }

  /** W elements, of which the last has no length; when W is 0 all have one. */
  private readElements(header: number, bytes: Uint8Array, start: number, end: number): boolean {
    const count = (header >> 4) & 3;
    const isLastOpen = (header & ELEMENT_CONTINUES) !== 0;
    let position = start;
    for (let index = 1; position < end; index++) {
      const hasLength = count === 0 || index < count;
      const lengthBytes = hasLength ? this.length.read(bytes, position, end) : 0;
      const length = hasLength ? this.length.value : end - position;
      if (hasLength && lengthBytes === 0) return false;
      position += lengthBytes;
      if (position + length > end || (count > 0 && index > count)) return false;
      const isLast = count === 0 ? position + length === end : index === count;
      if (!this.readElement(bytes, position, length, isLast && isLastOpen)) return false;
      position += length;
      if (isLast) return position === end;
    }
    return false;
  }

  /** The whole or a part of one OBU. */
  private readElement(bytes: Uint8Array, offset: number, length: number, isOpen: boolean): boolean {
    if (this.isSpatiallyLayered && this.sink.length === 0) this.sink.append(WRITTEN_DELIMITER, 0, 2);
    if (!this.isContinued) this.obu.begin(isOpen ? 0 : length);
    this.isContinued = isOpen;
    if (!this.readObu(bytes, offset, length)) return false;
    return isOpen || this.endObu();
  }

  private readObu(bytes: Uint8Array, offset: number, length: number): boolean {
    const wasKnown = this.obu.type >= 0;
    const taken = this.obu.takeHead(bytes, offset, length);
    if (taken < 0) return false;
    if (!wasKnown && this.obu.type >= 0 && !this.beginObu()) return false;
    if (taken === length) return true;
    if (this.obu.payloadLength === 0) this.readFrameHeader(bytes[offset + taken] ?? 0);
    this.keepSequence(bytes, offset + taken, length - taken);
    this.obu.take(bytes, offset + taken, length - taken);
    return true;
  }

  /** @returns false when what should be in front of it may be missing */
  private beginObu(): boolean {
    const { type } = this.obu;
    const isStart = type === TEMPORAL_DELIMITER || type === SEQUENCE_HEADER;
    if (this.isFirstElement && this.isStartUncertain && !isStart) return false;
    this.isFirstElement = false;
    if (type === SEQUENCE_HEADER) this.sequenceLength = 0;
    return true;
  }

  private endObu(): boolean {
    if (!this.obu.end()) return false;
    if (this.obu.type === SEQUENCE_HEADER) this.readSequence();
    return true;
  }

  private keepSequence(bytes: Uint8Array, offset: number, length: number): void {
    if (this.obu.type !== SEQUENCE_HEADER) return;
    for (let index = 0; index < length && this.sequenceLength < MAX_SEQUENCE_HEADER_BYTES; index++) {
      this.sequence[this.sequenceLength++] = bytes[offset + index] ?? 0;
    }
  }

  private readSequence(): void {
    const payload = this.sequence.subarray(0, this.sequenceLength);
    const header = parseSequenceHeader(payload, 0, payload.length);
    if (header === undefined || this.obu.payloadLength > MAX_SEQUENCE_HEADER_BYTES) return;
    this.hasSequence = true;
    this.isReduced = header.isReduced;
    this.isSpatiallyLayered = header.isSpatiallyLayered;
    if (Math.max(header.width, header.height) > MAX_SIDE) return;
    const next = codecParameters(header, payload);
    if (!isSameConfiguration(this.current, next)) this.current = next;
  }

  /** The picture of a temporal unit that can be decoded first: a sequence header, then a key frame that is shown. */
  private readFrameHeader(firstByte: number): void {
    const { type } = this.obu;
    if (type !== FRAME && type !== FRAME_HEADER) return;
    this.hasPicture = true;
    if (this.hasFrameHeader) return;
    this.hasFrameHeader = true;
    const isShownKey = this.isReduced || (firstByte & SHOWN_KEY_FRAME_BITS) === SHOWN_KEY_FRAME;
    this.facts.isKeyframe = this.hasSequence && isShownKey;
  }
}

function isSameConfiguration(a: CodecParameters | undefined, b: CodecParameters): boolean {
  const [before, after] = [a?.configuration, b.configuration];
  return before?.length === after.length && before.every((octet, index) => octet === after[index]);
}
