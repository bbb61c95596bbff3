import { readUint16, readUint32, writeUint16, writeUint32 } from '../bytes.js';
import { packetChecksum } from './crc32c.js';

/** Chunk types of RFC 9260 section 3.2, RFC 6525 (re-configuration) and RFC 3758 (forward TSN). */
export const ChunkType = {
  data: 0,
  init: 1,
  initAck: 2,
  sack: 3,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  cookieEcho: 10,
  cookieAck: 11,
  reconfiguration: 130,
  forwardTsn: 192,
} as const;

/** Bytes before the chunks, and of a chunk before its value. */
export const PACKET_HEADER_BYTES = 12;
export const CHUNK_HEADER_BYTES = 4;
/** Together with DTLS, UDP and IPv6 1280 bytes, which goes everywhere. */
export const MOST_PACKET_BYTES = 1160;

const CHECKSUM_AT = 8;

/** A chunk of a packet, or a parameter of a chunk; `value` is borrowed. */
export interface SctpChunk {
  readonly type: number;
  readonly flags: number;
  readonly value: Uint8Array;
}

export interface SctpPacket {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly verificationTag: number;
  readonly chunks: readonly SctpChunk[];
}

/** @returns undefined for what is no whole packet (RFC 9260 section 3), or was damaged */
export function parsePacket(bytes: Uint8Array): SctpPacket | undefined {
  if (bytes.length < PACKET_HEADER_BYTES + CHUNK_HEADER_BYTES) return undefined;
  if (checksumOf(bytes) !== packetChecksum(bytes)) return undefined;
  const chunks = parseChunks(bytes.subarray(PACKET_HEADER_BYTES));
  if (chunks === undefined) return undefined;
  return {
    sourcePort: readUint16(bytes, 0),
    destinationPort: readUint16(bytes, 2),
    verificationTag: readUint32(bytes, 4),
    chunks,
  };
}

function parseChunks(bytes: Uint8Array): SctpChunk[] | undefined {
  const chunks: SctpChunk[] = [];
  let at = 0;
  while (at + CHUNK_HEADER_BYTES <= bytes.length) {
    const length = readUint16(bytes, at + 2);
    const end = at + length;
    if (length < CHUNK_HEADER_BYTES || end > bytes.length) return undefined;
    chunks.push({
      type: bytes[at] ?? 0,
      flags: bytes[at + 1] ?? 0,
      value: bytes.subarray(at + CHUNK_HEADER_BYTES, end),
    });
    at = end + paddingOf(length);
  }
  return chunks;
}

/** Parameters of a chunk (RFC 9260 section 3.2.1) by their 16-bit type, up to the first that is none. */
export function* parseParameters(bytes: Uint8Array): Generator<readonly [type: number, value: Uint8Array], void> {
  let at = 0;
  while (at + CHUNK_HEADER_BYTES <= bytes.length) {
    const length = readUint16(bytes, at + 2);
    const end = at + length;
    if (length < CHUNK_HEADER_BYTES || end > bytes.length) return;
    yield [readUint16(bytes, at), bytes.subarray(at + CHUNK_HEADER_BYTES, end)];
    at = end + paddingOf(length);
  }
}

/** @returns a whole chunk, padded to a multiple of 4 bytes */
export function writeChunk(type: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return writeTagged(parts, (bytes) => {
    bytes[0] = type;
    bytes[1] = flags;
  });
}

/** @returns a whole parameter, padded */
export function writeParameter(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return writeTagged(parts, (bytes) => writeUint16(bytes, 0, type));
}

function writeTagged(parts: readonly Uint8Array[], writeTag: (bytes: Uint8Array) => void): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, CHUNK_HEADER_BYTES);
  const bytes = new Uint8Array(length + paddingOf(length));
  writeTag(bytes);
  writeUint16(bytes, 2, length);
  let at = CHUNK_HEADER_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function writePacket(
  { sourcePort, destinationPort, verificationTag }: Omit<SctpPacket, 'chunks'>,
  chunks: readonly Uint8Array[],
): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, PACKET_HEADER_BYTES);
  const bytes = new Uint8Array(length);
  writeUint16(bytes, 0, sourcePort);
  writeUint16(bytes, 2, destinationPort);
  writeUint32(bytes, 4, verificationTag);
  let at = PACKET_HEADER_BYTES;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  new DataView(bytes.buffer).setUint32(CHECKSUM_AT, packetChecksum(bytes), true);
  return bytes;
}

/** Little-endian, unlike all else. */
function checksumOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(CHECKSUM_AT, true);
}

function paddingOf(length: number): number {
  return -length & 3;
}
