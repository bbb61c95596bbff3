import { writeUint16, writeUint32 } from '../../bytes.js';
import { findCodec } from '../../codecs/index.js';
import { MediaMemory } from '../../memory.js';
import { RtpHeader } from '../../rtp/packet.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../outgoing-stream.js';
import { PacketSource, type KeyframeTest } from '../packet-source.js';
import { PublisherClock } from '../publisher-clock.js';
import { SourceLayers } from '../source-layers.js';
import type { SourcePacket } from '../source-packet.js';
import type { OutgoingFormat } from '../splice.js';

const SLOT = 64;
export const SLOT_BYTES = 2048;
const OUT = SLOT + SLOT_BYTES;
/** As in the engine: room for a packet that filled a slot, with another header and a tag. */
export const OUT_BYTES = 2304;
const PAYLOAD_TYPE = 96;
/** Of the publisher. */
const CAPTURE_ID = 5;
const DESCRIPTOR_ID = 12;
/** The first byte of a payload says whether it begins a key frame. */
const KEY = 1;

export const FORMATS: readonly OutgoingFormat[] = [
  { sourcePayloadType: PAYLOAD_TYPE, payloadType: 45, rtxPayloadType: 46 },
];
export const PLAIN_FORMATS: readonly OutgoingFormat[] = [
  { sourcePayloadType: PAYLOAD_TYPE, payloadType: 45, rtxPayloadType: undefined },
];

export interface SentByPublisher {
  readonly sequence: number;
  readonly timestamp: number;
  readonly atMs: number;
  readonly ssrc?: number;
  readonly isKey?: boolean;
  readonly marker?: boolean;
  readonly payload?: readonly number[];
  readonly captureTime?: readonly number[];
  /** Of AV1, whose payload this then is. */
  readonly descriptor?: readonly number[];
  /** Whose payload it is, as it is: it says itself whether it begins a key frame. */
  readonly codecName?: string;
}

export interface ReceivedByViewer {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: readonly number[];
  /** Values of header extensions by id. */
  readonly extensions: Readonly<Record<number, readonly number[]>>;
}

/** Packets of publishers through the worker's memory to viewers. */
export class ForwardingScene {
  readonly memory: MediaMemory;
  /** Of the largest packet to a viewer. */
  mostBytes = 0;
  readonly clock = new PublisherClock();
  private readonly layers = { VP9: layersOf('VP9', undefined), AV1: layersOf('AV1', DESCRIPTOR_ID) };
  private readonly header = new RtpHeader();

  constructor(memoryBytes = 1 << 20) {
    this.memory = new MediaMemory(new ArrayBuffer(memoryBytes), OUT + OUT_BYTES);
  }

  source(clock = this.clock, sizeBytes = 1 << 16, ageMs = 2_000, clockRate = 90_000): PacketSource {
    return new PacketSource({ memory: this.memory, clockRate, clock, history: { sizeBytes, ageMs } });
  }

  stream(options: Partial<OutgoingStreamOptions> = {}): OutgoingStream {
    const defaults: OutgoingStreamOptions = {
      kind: 'video',
      ssrc: 0xaaaa,
      rtxSsrc: 0xbbbb,
      extensions: { mid: undefined, transportSequenceNumber: undefined, absoluteCaptureTime: undefined },
      sentPackets: undefined,
      firstSequence: 0,
      firstTimestamp: 1_000_000,
      firstRtxSequence: 0,
    };
    return new OutgoingStream({ ...defaults, ...options }, this.memory.bytes);
  }

  /** Puts a packet into a slot as a socket would. @returns as the source describes it */
  receive(source: PacketSource, sent: SentByPublisher): SourcePacket | undefined {
    const { bytes } = this.memory;
    const { isKey = false, marker = false, payload = [], codecName } = sent;
    const extension = extensionOf(sent);
    const content = [...extension, ...(codecName === undefined ? [isKey ? KEY : 0] : []), ...payload];
    bytes[SLOT] = extension.length > 0 ? 0x90 : 0x80;
    bytes[SLOT + 1] = PAYLOAD_TYPE | (marker ? 0x80 : 0);
    writeUint16(bytes, SLOT + 2, sent.sequence);
    writeUint32(bytes, SLOT + 4, sent.timestamp);
    writeUint32(bytes, SLOT + 8, sent.ssrc ?? 1);
    bytes.set(content, SLOT + 12);
    if (!this.header.parse(bytes, SLOT, 12 + content.length)) throw new RangeError('No packet.');
    const test: KeyframeTest | undefined =
      codecName === undefined ? (all, at) => all[at] === KEY : findCodec(codecName, 'video')?.startsKeyframe;
    const layers = sent.descriptor !== undefined ? this.layers.AV1 : codecName === 'VP9' ? this.layers.VP9 : undefined;
    return source.receive(SLOT, this.header, 12 + content.length, sent.atMs, CAPTURE_ID, test, layers);
  }

  /** @returns what the viewer gets of it, undefined for nothing */
  forward(stream: OutgoingStream, source: PacketSource, sent: SentByPublisher): ReceivedByViewer | undefined {
    const packet = this.receive(source, sent);
    if (packet === undefined) return undefined;
    return this.read(stream.write(source, packet, this.memory.bytes, OUT, sent.atMs));
  }

  /** @returns what the viewer gets when this comes: in front of a key frame that it begins with also what came of it before */
  forwardAll(stream: OutgoingStream, source: PacketSource, sent: SentByPublisher): readonly ReceivedByViewer[] {
    const packet = this.receive(source, sent);
    if (packet === undefined) return [];
    const { bytes } = this.memory;
    const got: (ReceivedByViewer | undefined)[] = [];
    for (let lead = stream.leadOf(source, packet, sent.atMs); lead > 0; lead -= 1)
      got.push(this.read(stream.writeLead(source, packet.sequence - lead, bytes, OUT, sent.atMs)));
    got.push(this.read(stream.write(source, packet, bytes, OUT, sent.atMs)));
    return got.flatMap((one) => one ?? []);
  }

  resend(stream: OutgoingStream, sequence: number, nowMs: number, roundTripMs = 50): ReceivedByViewer | undefined {
    return this.read(stream.resend(sequence, nowMs, roundTripMs, this.memory.bytes, OUT));
  }

  private read(length: number): ReceivedByViewer | undefined {
    if (length === 0) return undefined;
    this.mostBytes = Math.max(this.mostBytes, length);
    const { bytes } = this.memory;
    const header = new RtpHeader();
    if (!header.parse(bytes, OUT, length)) throw new RangeError('No packet came out.');
    const extensions: Record<number, readonly number[]> = {};
    for (let id = 1; id < 256; id++) {
      if (!header.readExtension(bytes, OUT, id)) continue;
      extensions[id] = [...bytes.subarray(header.extensionStart, header.extensionStart + header.extensionLength)];
    }
    return {
      payloadType: header.payloadType,
      marker: header.marker,
      sequence: header.sequenceNumber,
      timestamp: header.timestamp,
      ssrc: header.ssrc,
      payload: [...bytes.subarray(OUT + header.headerLength, OUT + length)],
      extensions,
    };
  }
}

/** In the two-byte form. */
function extensionOf({ captureTime = [], descriptor = [] }: SentByPublisher): number[] {
  const elements = [
    ...(captureTime.length > 0 ? [CAPTURE_ID, captureTime.length, ...captureTime] : []),
    ...(descriptor.length > 0 ? [DESCRIPTOR_ID, descriptor.length, ...descriptor] : []),
  ];
  while (elements.length % 4 !== 0) elements.push(0);
  return elements.length === 0 ? [] : [0x10, 0, 0, elements.length / 4, ...elements];
}

function layersOf(codecName: string, descriptorId: number | undefined): SourceLayers {
  const binding = findCodec(codecName, 'video')?.layers;
  if (binding === undefined) throw new RangeError('It has layers.');
  return new SourceLayers(binding.createReader(), descriptorId);
}
