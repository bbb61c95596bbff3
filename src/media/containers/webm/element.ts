import { ascii } from '../../bytes.js';

/** Elements of EBML and Matroska, RFC 8794 and RFC 9559 section 5.1, by their names there. */
export const ID = {
  EBML: 0x1a45_dfa3,
  EBMLVersion: 0x4286,
  EBMLReadVersion: 0x42f7,
  EBMLMaxIDLength: 0x42f2,
  EBMLMaxSizeLength: 0x42f3,
  DocType: 0x4282,
  DocTypeVersion: 0x4287,
  DocTypeReadVersion: 0x4285,
  Segment: 0x1853_8067,
  Info: 0x1549_a966,
  TimestampScale: 0x2ad7b1,
  Duration: 0x4489,
  DateUTC: 0x4461,
  MuxingApp: 0x4d80,
  WritingApp: 0x5741,
  Tracks: 0x1654_ae6b,
  TrackEntry: 0xae,
  TrackNumber: 0xd7,
  TrackUID: 0x73c5,
  TrackType: 0x83,
  FlagLacing: 0x9c,
  CodecID: 0x86,
  CodecPrivate: 0x63a2,
  SeekPreRoll: 0x56bb,
  Video: 0xe0,
  PixelWidth: 0xb0,
  PixelHeight: 0xba,
  Audio: 0xe1,
  SamplingFrequency: 0xb5,
  Channels: 0x9f,
  Cues: 0x1c53_bb6b,
  CuePoint: 0xbb,
  CueTime: 0xb3,
  CueTrackPositions: 0xb7,
  CueTrack: 0xf7,
  CueClusterPosition: 0xf1,
  Cluster: 0x1f43_b675,
  Timestamp: 0xe7,
  SimpleBlock: 0xa3,
} as const;

/** Of a size that is written in eight bytes. */
const LONG_SIZE_MARK = 0x01;

export function element(id: number, ...content: readonly Uint8Array[]): Uint8Array {
  const head = elementHead(
    id,
    content.reduce((sum, part) => sum + part.length, 0),
  );
  return joined([head, ...content]);
}

/** @returns id and size of an element whose content follows; its length depends on the id alone */
export function elementHead(id: number, contentBytes: number): Uint8Array {
  const idBytes = bytesOf(id);
  const head = new Uint8Array(idBytes.length + 8);
  head.set(idBytes);
  const view = new DataView(head.buffer, idBytes.length);
  view.setUint32(0, Math.floor(contentBytes / 2 ** 32));
  view.setUint32(4, contentBytes % 2 ** 32);
  head[idBytes.length] = LONG_SIZE_MARK;
  return head;
}

/** Always eight bytes of content, so that what points into a file has the same length whatever it says. */
export function uintElement(id: number, value: number): Uint8Array {
  const content = new Uint8Array(8);
  const view = new DataView(content.buffer);
  view.setUint32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value % 2 ** 32);
  return element(id, content);
}

export function intElement(id: number, value: bigint): Uint8Array {
  const content = new Uint8Array(8);
  new DataView(content.buffer).setBigInt64(0, value);
  return element(id, content);
}

export function floatElement(id: number, value: number): Uint8Array {
  const content = new Uint8Array(8);
  new DataView(content.buffer).setFloat64(0, value);
  return element(id, content);
}

export function textElement(id: number, text: string): Uint8Array {
  return element(id, ascii(text));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** An id is as long as its first bits say, which is as long as it is without zeros in front. */
function bytesOf(id: number): Uint8Array {
  const all = [24, 16, 8, 0].map((shift) => (id >>> shift) & 0xff);
  return Uint8Array.from(all.slice(all.findIndex((byte) => byte !== 0)));
}
