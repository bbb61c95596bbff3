import { randomBytes, randomInt } from 'node:crypto';

export interface Sent {
  readonly payloadType?: number;
  readonly marker?: boolean;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

/** An RTP packet, or RTCP as it is. */
type Packet = (Omit<Sent, 'ssrc'> & { readonly ssrc?: number }) | Uint8Array;

interface Lie {
  /** Some of it can be: then there is a recording. */
  readonly isRecorded: boolean;
  /** Most of it is not, and is counted. */
  readonly isLeftOut?: boolean;
  readonly codec?: 'H264' | 'VP9' | 'AV1';
  readonly packetsPerSecond: number;
  packets(ssrc: number): Generator<Packet>;
}

const SPS = Buffer.from('6742c01eda0290bf88930110000003001000000303c0f162ea', 'hex');
const PPS = Buffer.from('68ce0fc8', 'hex');
const FRAME_TICKS = 3000;

const idr = (length = 400): Buffer => Buffer.concat([Buffer.from([0x65, 0x88, 0x84]), randomBytes(length)]);
const withLength = (unit: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([unit.length >> 8, unit.length & 255]), unit]);
const stapA = (...units: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from([0x78]), ...units.map(withLength)]);
/** A whole key picture in one packet. */
const keyPicture = (set: Uint8Array = SPS): Buffer => stapA(set, PPS, idr());

/** Bits of a sequence parameter set for so many macroblocks: Baseline, level 5.1, order count type 2. */
function spsOf(widthInMacroblocks: number, heightInMacroblocks: number): Buffer {
  const unsigned = (value: number): string => {
    const bits = (value + 1).toString(2);
    return '0'.repeat(bits.length - 1) + bits;
  };
  const fields = [0, 0, 2, 1].map(unsigned).join('') + '0';
  const size = unsigned(widthInMacroblocks - 1) + unsigned(heightInMacroblocks - 1);
  // frame_mbs_only, direct_8x8_inference, no cropping, no usability information, stop bit.
  const bits = `${fields}${size}11001`;
  const octets = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  return Buffer.from([0x67, 66, 0xc0, 51, ...octets.map((octet) => parseInt(octet, 2))]);
}

/** One picture each 33 ms of media, in as many packets as `picture` gives. */
function* pictures(picture: (index: number) => readonly Uint8Array[]): Generator<Packet> {
  let sequenceNumber = randomInt(65_536);
  for (let index = 0; ; index++) {
    const payloads = picture(index);
    for (const [place, payload] of payloads.entries()) {
      const marker = place === payloads.length - 1;
      yield { sequenceNumber: sequenceNumber++, timestamp: index * FRAME_TICKS, marker, payload };
    }
  }
}

/** RFC 3550 sections 6.4.1 and 6.6. */
function senderReport(ssrc: number): Buffer {
  return Buffer.concat([Buffer.from([0x80, 200, 0, 6]), uint32(ssrc), randomBytes(20)]);
}

function goodbye(ssrc: number): Buffer {
  return Buffer.concat([Buffer.from([0x81, 203, 0, 1]), uint32(ssrc)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const lengthsThatLie: readonly Buffer[] = [
  Buffer.concat([Buffer.from([0x78, 0xff, 0xff]), idr()]),
  Buffer.concat([Buffer.from([0x78, 0, 9]), SPS]),
  Buffer.from([0x78, 0]),
  Buffer.from([0x7c]),
  Buffer.from([0x7c, 0x85]),
  Buffer.concat([Buffer.from([0x7c, 0x45]), randomBytes(900)]),
  Buffer.concat([Buffer.from([0x67, 66, 0xc0]), Buffer.alloc(3000)]),
];

/** What a sender can say that is not so. */
export const lies: Readonly<Record<string, Lie | undefined>> = {
  'sizes that are not those of what follows': {
    isRecorded: true,
    packetsPerSecond: 1000,
    packets: () => pictures((index) => [index % 5 === 0 ? keyPicture() : (lengthsThatLie[index % 7] ?? PPS)]),
  },
  'timestamps that jump with every packet': {
    isRecorded: true,
    isLeftOut: true,
    packetsPerSecond: 1000,
    *packets() {
      for (let sequenceNumber = 0; ; sequenceNumber++)
        yield { sequenceNumber, timestamp: randomInt(2 ** 32), marker: true, payload: keyPicture() };
    },
  },
  'a picture without an end': {
    isRecorded: false,
    packetsPerSecond: 10_000,
    *packets() {
      yield { sequenceNumber: 0, timestamp: 0, payload: stapA(SPS, PPS) };
      const body = randomBytes(1150);
      yield { sequenceNumber: 1, timestamp: 0, payload: Buffer.concat([Buffer.from([0x7c, 0x85, 0x88, 0x84]), body]) };
      const payload = Buffer.concat([Buffer.from([0x7c, 0x05]), body]);
      for (let sequenceNumber = 2; ; sequenceNumber++) yield { sequenceNumber, timestamp: 0, payload };
    },
  },
  'another size, up to 8K, with every picture': {
    isRecorded: true,
    isLeftOut: true,
    packetsPerSecond: 300,
    packets: () => pictures((index) => [keyPicture(spsOf(20 + (index % 490), 20 + (index % 250)))]),
  },
  'ten thousand units in every picture': {
    isRecorded: true,
    packetsPerSecond: 2000,
    packets: () =>
      pictures(() => [
        stapA(SPS, PPS, idr(20)),
        ...Array.from({ length: 25 }, () => stapA(...Array.from({ length: 400 }, () => Buffer.from([0x0c])))),
      ]),
  },
  'units without bytes': {
    isRecorded: true,
    packetsPerSecond: 1000,
    packets: () =>
      pictures((index) => [
        index % 3 === 0 ? keyPicture() : index % 3 === 1 ? stapA(Buffer.alloc(0), PPS) : Buffer.alloc(0),
      ]),
  },
  'another source with every packet': {
    isRecorded: true,
    packetsPerSecond: 2000,
    *packets() {
      for (let index = 0; ; index++)
        yield {
          sequenceNumber: randomInt(65_536),
          timestamp: index * 90,
          marker: true,
          payload: keyPicture(),
          ssrc: randomInt(1, 2 ** 31),
        };
    },
  },
  'another payload type with every packet': {
    isRecorded: true,
    packetsPerSecond: 1000,
    *packets() {
      for (let index = 0; ; index++)
        yield {
          sequenceNumber: index,
          timestamp: index * FRAME_TICKS,
          marker: true,
          payload: keyPicture(),
          payloadType: [102, 0, 127, 34, 111][index % 5] ?? 102,
        };
    },
  },
  'reports and goodbyes that say anything': {
    isRecorded: true,
    packetsPerSecond: 2000,
    *packets(ssrc) {
      for (let index = 0; ; index++) {
        yield senderReport(index % 2 === 0 ? ssrc : randomInt(2 ** 31));
        yield goodbye(ssrc);
        yield { sequenceNumber: index, timestamp: index * FRAME_TICKS, marker: true, payload: keyPicture() };
      }
    },
  },
  'pictures that all have the same time': {
    isRecorded: true,
    packetsPerSecond: 1000,
    packets: function* () {
      for (let sequenceNumber = 0; ; sequenceNumber++)
        yield { sequenceNumber, timestamp: 7, marker: true, payload: keyPicture() };
    },
  },
  'sequence numbers that jump with every packet': {
    isRecorded: true,
    isLeftOut: true,
    packetsPerSecond: 1000,
    *packets() {
      for (let index = 0, sequenceNumber = 0; ; index++, sequenceNumber += randomInt(1, 5000))
        yield { sequenceNumber, timestamp: index * FRAME_TICKS, marker: true, payload: keyPicture() };
    },
  },
  'VP9 key frames that are none': {
    isRecorded: false,
    codec: 'VP9',
    packetsPerSecond: 300,
    // Not predicted, first and last of its frame; then an inter frame's header.
    packets: () =>
      pictures(() => [Buffer.concat([Buffer.from([0x8c, 0x12, 0x86, 0, 0, 2, 8, 0, 0]), randomBytes(300)])]),
  },
  'AV1 sequences that do not begin': {
    isRecorded: false,
    codec: 'AV1',
    packetsPerSecond: 300,
    // N: the first packet of a coded video sequence; one OBU, an inter frame.
    packets: () => pictures(() => [Buffer.concat([Buffer.from([0x18, 0x30, 0x30]), randomBytes(300)])]),
  },
};
