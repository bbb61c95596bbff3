/** Content types of the record layer, RFC 5246 section 6.2.1. */
export const ContentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

/** Bytes before a record's fragment, RFC 6347 section 4.1. */
const RECORD_HEADER_BYTES = 13;
const VERSION_MAJOR = 0xfe;

/** One record of a datagram; `bytes` is the whole record, borrowed. */
export interface DtlsRecord {
  readonly contentType: number;
  readonly epoch: number;
  /** 48 bits. */
  readonly sequenceNumber: number;
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly fragment: Uint8Array;
}

/**
 * The whole records of a datagram in order, each read when it is asked for; what cannot be one ends them (RFC 6347
 * section 4.1.2.7).
 */
export function* parseRecords(datagram: Uint8Array): Generator<DtlsRecord, void, undefined> {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  let start = 0;
  while (start + RECORD_HEADER_BYTES <= datagram.length && datagram[start + 1] === VERSION_MAJOR) {
    const end = start + RECORD_HEADER_BYTES + view.getUint16(start + 11);
    if (end > datagram.length) break;
    yield {
      contentType: view.getUint8(start),
      version: view.getUint16(start + 1),
      epoch: view.getUint16(start + 3),
      sequenceNumber: view.getUint16(start + 5) * 2 ** 32 + view.getUint32(start + 7),
      bytes: datagram.subarray(start, end),
      fragment: datagram.subarray(start + RECORD_HEADER_BYTES, end),
    };
    start = end;
  }
}

/** @returns a record around `fragment`, which is at most 65,535 bytes */
export function encodeRecord(
  header: Pick<DtlsRecord, 'contentType' | 'epoch' | 'sequenceNumber' | 'version'>,
  fragment: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + fragment.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, header.contentType);
  view.setUint16(1, header.version);
  view.setUint16(3, header.epoch);
  view.setUint16(5, Math.floor(header.sequenceNumber / 2 ** 32));
  view.setUint32(7, header.sequenceNumber % 2 ** 32);
  view.setUint16(11, fragment.length);
  bytes.set(fragment, RECORD_HEADER_BYTES);
  return bytes;
}
