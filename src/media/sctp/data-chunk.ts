import { readUint16, readUint32, writeUint16, writeUint32 } from '../bytes.js';
import { CHUNK_HEADER_BYTES, ChunkType, type SctpChunk, writeChunk } from './packet.js';

/** Bytes of a DATA chunk before what it carries. */
export const DATA_HEADER_BYTES = CHUNK_HEADER_BYTES + 12;
/** Streams in each direction: as many as browsers have. */
export const MOST_STREAMS = 1024;

const Flag = { ends: 1, begins: 2, unordered: 4, immediate: 8 } as const;

/** A part of a message, RFC 9260 section 3.3.1. */
export interface DataChunk {
  /** 32 bits on the wire. */
  readonly tsn: number;
  readonly streamId: number;
  /** Of the message in its stream, 16 bits; it means nothing where order does not. */
  readonly sequence: number;
  /** What the message is: a payload protocol identifier. */
  readonly protocol: number;
  readonly isUnordered: boolean;
  readonly begins: boolean;
  readonly ends: boolean;
  readonly bytes: Uint8Array;
}

/** @returns undefined for one that carries nothing, which none may */
export function readDataChunk({ flags, value }: SctpChunk): DataChunk | undefined {
  if (value.length <= DATA_HEADER_BYTES - CHUNK_HEADER_BYTES) return undefined;
  return {
    tsn: readUint32(value, 0),
    streamId: readUint16(value, 4),
    sequence: readUint16(value, 6),
    protocol: readUint32(value, 8),
    isUnordered: (flags & Flag.unordered) !== 0,
    begins: (flags & Flag.begins) !== 0,
    ends: (flags & Flag.ends) !== 0,
    bytes: value.subarray(DATA_HEADER_BYTES - CHUNK_HEADER_BYTES),
  };
}

/** The sender wants to hear at once that it came (RFC 7053). */
export function isUrgent({ flags }: SctpChunk): boolean {
  return (flags & Flag.immediate) !== 0;
}

export function writeDataChunk(chunk: DataChunk): Uint8Array {
  const header = new Uint8Array(DATA_HEADER_BYTES - CHUNK_HEADER_BYTES);
  writeUint32(header, 0, chunk.tsn);
  writeUint16(header, 4, chunk.streamId);
  writeUint16(header, 6, chunk.sequence);
  writeUint32(header, 8, chunk.protocol);
  const order = chunk.isUnordered ? Flag.unordered : 0;
  const place = (chunk.begins ? Flag.begins : 0) | (chunk.ends ? Flag.ends : 0);
  return writeChunk(ChunkType.data, order | place, header, chunk.bytes);
}
