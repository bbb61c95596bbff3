// A publisher on libdatachannel that sends RTP packets as they are, and changes its source, its format and its time on the way.
// node changing.ts '{"whipUrl": "http://…/whip/cam", "parts": [{"packets": "file.jsonl", "seconds": 4, "payloadType": 102, …}]}'
import { readFile } from 'node:fs/promises';
import * as datachannel from 'node-datachannel';
import { exchange } from './exchange.ts';
import type { RtpLine } from '../../interop/flash-and-beep.ts';

type Kind = 'video' | 'audio';

/** From this part on; what is not said stays. */
export interface SourceChange {
  readonly ssrc?: number;
  /** Of the part's first packet. */
  readonly sequenceNumber?: number;
  readonly timestamp?: number;
}

export interface PublishedPart {
  /** Of `flashAndBeep`; sent from its beginning. */
  readonly packets: string;
  readonly seconds: number;
  /** Of the pictures. */
  readonly payloadType: number;
  readonly video?: SourceChange;
  readonly audio?: SourceChange;
}

interface Order {
  readonly whipUrl: string;
  readonly parts: readonly PublishedPart[];
}

const CLOCK_RATES: Readonly<Record<Kind, number>> = { video: 90_000, audio: 48_000 };
const H264_FORMAT = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';
const AUDIO_PAYLOAD_TYPE = 111;

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const wait = (durationMs: number): Promise<void> => new Promise((done) => setTimeout(done, durationMs));

class Source {
  ssrc: number;
  private sequenceNumber = 65_000;
  private timestamp = 0;

  constructor(ssrc: number) {
    this.ssrc = ssrc;
  }

  begin({ ssrc, sequenceNumber, timestamp }: SourceChange): void {
    this.ssrc = ssrc ?? this.ssrc;
    this.sequenceNumber = sequenceNumber ?? this.sequenceNumber;
    this.timestamp = timestamp ?? this.timestamp;
  }

  /** The part is over: time goes on behind it. */
  end(ticks: number): void {
    this.timestamp += ticks;
  }

  packet({ marker, timestamp, payload }: RtpLine, payloadType: number): Buffer {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = (marker ? 0x80 : 0) | payloadType;
    header.writeUInt16BE(this.sequenceNumber & 0xffff, 2);
    header.writeUInt32BE((this.timestamp + timestamp) % 2 ** 32, 4);
    header.writeUInt32BE(this.ssrc, 8);
    this.sequenceNumber += 1;
    return Buffer.concat([header, Buffer.from(payload, 'base64')]);
  }
}

const sources: Readonly<Record<Kind, Source>> = { video: new Source(1001), audio: new Source(2001) };
const frames = { video: 0, audio: 0 };
const peer = new datachannel.PeerConnection('publisher', { iceServers: [] });

function addTracks(): Readonly<Record<Kind, datachannel.Track>> {
  const audio = new datachannel.Audio('audio', 'SendOnly');
  audio.addOpusCodec(AUDIO_PAYLOAD_TYPE);
  audio.addSSRC(sources.audio.ssrc, 'publisher', 'publisher', 'audio');
  const video = new datachannel.Video('video', 'SendOnly');
  video.addH264Codec(102, H264_FORMAT);
  video.addH264Codec(108, H264_FORMAT);
  video.addVP9Codec(98);
  video.addAV1Codec(45);
  video.addSSRC(sources.video.ssrc, 'publisher', 'publisher', 'video');
  return { audio: peer.addTrack(audio), video: peer.addTrack(video) };
}

async function connect(tracks: Readonly<Record<Kind, datachannel.Track>>): Promise<string> {
  const session = await exchange(peer, order.whipUrl);
  while (!Object.values(tracks).every((track) => track.isOpen())) await wait(10);
  return session.href;
}

interface ReadPart extends PublishedPart {
  readonly lines: readonly RtpLine[];
}

async function read(part: PublishedPart): Promise<ReadPart> {
  const { packets, seconds } = part;
  const lines = (await readFile(packets, 'utf8')).trim().split('\n');
  const parsed = lines.map((text) => JSON.parse(text) as RtpLine);
  return { ...part, lines: parsed.filter(({ dueSeconds }) => dueSeconds < seconds) };
}

async function send(part: ReadPart, tracks: Readonly<Record<Kind, datachannel.Track>>, startMs: number): Promise<void> {
  for (const kind of ['video', 'audio'] as const) sources[kind].begin(part[kind] ?? {});
  const sent = { video: new Set<number>(), audio: new Set<number>() };
  for (const line of part.lines) {
    const waitMs = startMs + line.dueSeconds * 1000 - performance.now();
    if (waitMs > 1) await wait(waitMs);
    const payloadType = line.kind === 'video' ? part.payloadType : AUDIO_PAYLOAD_TYPE;
    tracks[line.kind].sendMessageBinary(sources[line.kind].packet(line, payloadType));
    sent[line.kind].add(line.frame);
  }
  for (const kind of ['video', 'audio'] as const) {
    sources[kind].end(part.seconds * CLOCK_RATES[kind]);
    frames[kind] += sent[kind].size;
  }
}

async function main(): Promise<void> {
  // Before it begins: a part that begins late has its place by when it came.
  const parts = await Promise.all(order.parts.map(read));
  const tracks = addTracks();
  const session = await connect(tracks);
  let startMs = performance.now();
  for (const part of parts) {
    await send(part, tracks, startMs);
    startMs += part.seconds * 1000;
  }
  await wait(300);
  await fetch(session, { method: 'DELETE' });
  peer.close();
  process.stdout.write(`${JSON.stringify(frames)}\n`, () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`, () => process.exit(1));
});
