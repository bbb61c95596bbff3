import { readUint16, readUint32, uint16, uint32, uint8 } from '../bytes.js';

/** Payload protocol identifiers of data channels, RFC 8831 section 8. An empty message is one byte that means nothing. */
export const DataProtocol = { control: 50, text: 51, binary: 53, emptyText: 56, emptyBinary: 57 } as const;

const MessageType = { acknowledgement: 2, open: 3 } as const;
const OPEN_BYTES = 12;
const UNORDERED = 0x80;
const PartlyReliable = { byRetransmissions: 1, byTime: 2 } as const;
const MOST_NAME_BYTES = 1024;

/** What the opener of a data channel says of it, RFC 8832 section 5.1. */
export interface DataChannelOpen {
  readonly label: string;
  /** A name for what is said on it, empty for none. */
  readonly protocol: string;
  readonly isUnordered: boolean;
  readonly mostRetransmissions: number | undefined;
  readonly lifetimeMs: number | undefined;
}

/** The answer to an opener. */
export const DATA_CHANNEL_ACK = Uint8Array.of(MessageType.acknowledgement);

/** @returns the message that opens a channel on which all messages come, in order; undefined where its names are too long */
export function writeDataChannelOpen(label: string, protocol: string): Uint8Array | undefined {
  const names = [label, protocol].map((name) => new TextEncoder().encode(name));
  const lengths = names.map(({ length }) => length);
  if (lengths.reduce((sum, length) => sum + length) > MOST_NAME_BYTES) return undefined;
  const head = [...uint8(MessageType.open, 0), ...uint16(0), ...uint32(0), ...uint16(...lengths)];
  return Uint8Array.of(...head, ...names.flatMap((name) => [...name]));
}

/** @returns undefined for another message than DATA_CHANNEL_OPEN, or one that is malformed */
export function readDataChannelOpen(bytes: Uint8Array): DataChannelOpen | undefined {
  if (bytes.length < OPEN_BYTES || bytes[0] !== MessageType.open) return undefined;
  const labelEnd = OPEN_BYTES + readUint16(bytes, 8);
  const nameBytes = labelEnd - OPEN_BYTES + readUint16(bytes, 10);
  if (nameBytes > MOST_NAME_BYTES || bytes.length !== OPEN_BYTES + nameBytes) return undefined;
  const type = bytes[1] ?? 0;
  const reliability = readUint32(bytes, 4);
  const kind = type & ~UNORDERED;
  return {
    label: new TextDecoder().decode(bytes.subarray(OPEN_BYTES, labelEnd)),
    protocol: new TextDecoder().decode(bytes.subarray(labelEnd)),
    isUnordered: (type & UNORDERED) !== 0,
    mostRetransmissions: kind === PartlyReliable.byRetransmissions ? reliability : undefined,
    lifetimeMs: kind === PartlyReliable.byTime ? reliability : undefined,
  };
}
