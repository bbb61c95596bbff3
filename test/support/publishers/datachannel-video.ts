import { readFile } from 'node:fs/promises';
import * as datachannel from 'node-datachannel';

interface VideoCodec {
  readonly describe: (media: datachannel.Video, payloadType: number) => void;
  /** Of pictures as Matroska stores them. Undefined where libdatachannel only carries the codec: then packets are made here. */
  readonly createPacketizer?: (config: datachannel.RtpPacketizationConfig) => datachannel.MediaHandler;
}

const PACKET_BYTES = 1200;
const H264_FORMAT = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';

const codecs = {
  H264: {
    describe: (media, type) => media.addH264Codec(type, H264_FORMAT),
    createPacketizer: (config) => new datachannel.H264RtpPacketizer('Length', config, PACKET_BYTES),
  },
  H265: {
    describe: (media, type) => media.addH265Codec(type),
    createPacketizer: (config) => new datachannel.H265RtpPacketizer('Length', config, PACKET_BYTES),
  },
  AV1: {
    describe: (media, type) => media.addAV1Codec(type),
    createPacketizer: (config) => new datachannel.AV1RtpPacketizer('TemporalUnit', config, PACKET_BYTES),
  },
  VP8: { describe: (media, type) => media.addVP8Codec(type) },
  VP9: { describe: (media, type) => media.addVP9Codec(type) },
} as const satisfies Readonly<Record<string, VideoCodec>>;

export type VideoCodecName = keyof typeof codecs;
export const videoCodecs: Readonly<Record<VideoCodecName, VideoCodec>> = codecs;

/** RTP payloads of each picture, from a file of packetize.ts. */
export async function readPayloads(path: string): Promise<Buffer[][]> {
  const pictures: Buffer[][] = [];
  for (const line of (await readFile(path, 'utf8')).trim().split('\n')) {
    const { kind, frame, payload } = JSON.parse(line) as { kind: string; frame: number; payload: string };
    if (kind === 'video') (pictures[frame] ??= []).push(Buffer.from(payload, 'base64'));
  }
  return pictures;
}

/** Puts headers in front of payloads that others made: RFC 3550 section 5.1. */
export class RtpHeaders {
  private sequenceNumber = Math.floor(Math.random() * 0x1_0000);
  private readonly ssrc: number;
  private readonly payloadType: number;

  constructor(ssrc: number, payloadType: number) {
    this.ssrc = ssrc;
    this.payloadType = payloadType;
  }

  /** @returns one packet a payload, the last one with the marker */
  packets(payloads: readonly Buffer[], timestamp: number): Buffer[] {
    return payloads.map((payload, index) => {
      const header = Buffer.alloc(12);
      header[0] = 0x80;
      header[1] = this.payloadType | (index === payloads.length - 1 ? 0x80 : 0);
      header.writeUInt16BE(this.sequenceNumber, 2);
      header.writeUInt32BE(timestamp, 4);
      header.writeUInt32BE(this.ssrc, 8);
      this.sequenceNumber = (this.sequenceNumber + 1) & 0xffff;
      return Buffer.concat([header, payload]);
    });
  }
}
