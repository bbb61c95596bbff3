import type { CodecParameters } from '../codec.js';
import { Leb128, writeLeb128 } from './leb128.js';
import { parseSequenceHeader, type SequenceHeader } from './sequence-header.js';

const MARKER_AND_VERSION = 0x81;
const FIXED_BYTES = 4;
const SEQUENCE_HEADER_WITH_SIZE = 0x0a;
const TIERS = ['M', 'H'];

/** What a sample entry says of a sequence header. @param payload of its OBU */
export function codecParameters(header: SequenceHeader, payload: Uint8Array): CodecParameters {
  const { width, height, colour } = header;
  const configuration = configurationRecord(header, payload);
  return { codecString: codecStringOf(header), configuration, width, height, colour, reorderDepth: 0 };
}

/** @returns undefined for bytes that are no AV1CodecConfigurationRecord with a sequence header */
export function codecString(configuration: Uint8Array): string | undefined {
  if (configuration[0] !== MARKER_AND_VERSION || configuration[FIXED_BYTES] !== SEQUENCE_HEADER_WITH_SIZE) {
    return undefined;
  }
  const size = new Leb128();
  const sizeBytes = size.read(configuration, FIXED_BYTES + 1, configuration.length);
  const start = FIXED_BYTES + 1 + sizeBytes;
  const isWhole = sizeBytes > 0 && start + size.value <= configuration.length;
  const header = isWhole ? parseSequenceHeader(configuration, start, size.value) : undefined;
  return header && codecStringOf(header);
}

/** "AV1 Codec ISO Media File Format Binding", section 2.3.3. */
function configurationRecord(header: SequenceHeader, payload: Uint8Array): Uint8Array {
  const record = new Uint8Array(FIXED_BYTES + 9 + payload.length);
  record[0] = MARKER_AND_VERSION;
  record[1] = (header.profile << 5) | header.level;
  record[2] =
    (header.tier << 7) |
    (header.bitDepth > 8 ? 0x40 : 0) |
    (header.bitDepth > 10 ? 0x20 : 0) |
    (header.isMonochrome ? 0x10 : 0) |
    (header.isSubsampledX ? 8 : 0) |
    (header.isSubsampledY ? 4 : 0) |
    header.chromaPosition;
  record[FIXED_BYTES] = SEQUENCE_HEADER_WITH_SIZE;
  const start = writeLeb128(record, FIXED_BYTES + 1, payload.length);
  record.set(payload, start);
  return record.slice(0, start + payload.length);
}

/** Section 5, all fields: profile, level with tier, bit depth, monochrome, sampling with chroma position, colour, range. */
function codecStringOf(header: SequenceHeader): string {
  const { profile, level, tier, bitDepth, isMonochrome, colour } = header;
  const position = header.isSubsampledX && header.isSubsampledY ? header.chromaPosition : 0;
  const sampling = `${Number(header.isSubsampledX)}${Number(header.isSubsampledY)}${position}`;
  const head = ['av01', profile, `${twoDigits(level)}${TIERS[tier] ?? ''}`, twoDigits(bitDepth), Number(isMonochrome)];
  const codes = [colour.primaries, colour.transfer, colour.matrix].map(twoDigits);
  return [...head, sampling, ...codes, Number(colour.isFullRange)].join('.');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
