// Watches by WHEP with libdatachannel and hands the packets, when all have come, on to FFmpeg's RTP demuxer and decoders.
// node datachannel-viewer.ts '{"whepUrl": "http://…/whep/cam", "codec": "VP9"}' ; a line when connected, {"pictures": N} after the end of stdin.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AVERROR_EAGAIN, AVERROR_EOF, AV_LOG_FATAL } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FFmpegError, FormatContext, Frame, Log, Packet } from 'node-av/lib';
import * as datachannel from 'node-datachannel';
import { exchange } from '../../support/publishers/exchange.ts';
import { type VideoCodecName, videoCodecs } from '../../support/publishers/datachannel-video.ts';

const { whepUrl, codec } = JSON.parse(process.argv[2] ?? '{}') as { whepUrl: string; codec: VideoCodecName };
const PAYLOAD_TYPE = 102;
/** What the server and the sockets still hold when the publisher has gone. */
const SETTLE_MS = 500;
/** FFmpeg gives some pictures only when it has seen the next. */
const MOST_AHEAD = 4;
/** A picture that never comes out is not waited for any longer. */
const PICTURE_LIMIT_MS = 1000;
const DECODERS: Readonly<Record<VideoCodecName, string>> = {
  ...{ H264: 'h264', H265: 'hevc', VP8: 'vp8', VP9: 'vp9', AV1: 'libdav1d' },
};

/** Kept: it ends with what forgets it. */
const peer = new datachannel.PeerConnection('viewer', { iceServers: [] });

const check = (code: number, what: string): void => {
  FFmpegError.throwIfError(code, what);
};
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

/** @returns a port that was free together with the next one, where FFmpeg listens for RTCP */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(() => done()));
  return port - (port % 2);
}

async function openDemuxer(port: number): Promise<FormatContext> {
  const folder = await mkdtemp(join(tmpdir(), 'aircheck-viewer-'));
  const path = join(folder, 'stream.sdp');
  const lines = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  const media = [`m=video ${port} RTP/AVP ${PAYLOAD_TYPE}`, `a=rtpmap:${PAYLOAD_TYPE} ${codec}/90000`];
  await writeFile(path, [...lines, ...media, ''].join('\r\n'));
  const input = new FormatContext();
  const options = { protocol_whitelist: 'file,udp,rtp', buffer_size: '4000000' };
  check(await input.openInput(path, null, Dictionary.fromObject(options)), 'open the session description');
  await rm(folder, { recursive: true });
  return input;
}

function openDecoder(input: FormatContext): CodecContext {
  const found = Codec.findDecoderByName(DECODERS[codec] as Parameters<typeof Codec.findDecoderByName>[0]);
  const parameters = input.streams[0]?.codecpar;
  if (found === null || parameters === undefined) throw new Error(`FFmpeg has no decoder for ${codec}.`);
  const decoder = new CodecContext();
  decoder.allocContext3(found);
  check(decoder.parametersToContext(parameters), 'take the parameters');
  decoder.threadCount = 1;
  check(decoder.open2Sync(found), 'open the decoder');
  return decoder;
}

/** What FFmpeg makes of the packets that it is sent. */
class Pictures {
  /** Coded, out of the packets. */
  coded = 0;
  /** Out of the decoder. */
  decoded = 0;
  private readonly frame = new Frame();
  private readonly input: FormatContext;
  private readonly decoder: CodecContext;

  constructor(input: FormatContext) {
    this.input = input;
    this.decoder = openDecoder(input);
    this.frame.alloc();
  }

  /** Until the stream says goodbye. */
  async read(): Promise<void> {
    const packet = new Packet();
    packet.alloc();
    for (;;) {
      const code = await this.input.readFrame(packet);
      if (code === AVERROR_EOF) break;
      check(code, 'read a packet');
      this.coded++;
      await this.decode(packet);
      packet.unref();
    }
    await this.decode(null);
  }

  private async decode(packet: Packet | null): Promise<void> {
    // What it cannot decode is a picture less, and no end.
    await this.decoder.sendPacket(packet);
    for (;;) {
      const code = await this.decoder.receiveFrame(this.frame);
      if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
      check(code, 'decode');
      this.decoded++;
      this.frame.unref();
    }
  }
}

/** RFC 3550 section 6.6. With a reason: FFmpeg overlooks packets of less than twelve bytes. */
function goodbye(ssrc: number): Buffer {
  const bytes = Buffer.from([0x81, 203, 0, 2, 0, 0, 0, 0, 3, ...Buffer.from('end')]);
  bytes.writeUInt32BE(ssrc, 4);
  return bytes;
}

const isRtcp = (packet: Buffer): boolean => (packet[1] ?? 0) >= 192 && (packet[1] ?? 0) < 224;
const hasMarker = (packet: Buffer): boolean => (packet[1] ?? 0) >= 128;

/** Hands everything on, never many pictures ahead: sockets have little room on a busy machine. */
async function handOn(packets: readonly Buffer[], pictures: Pictures, send: (packet: Buffer) => void): Promise<void> {
  let sent = 0;
  for (const packet of packets) {
    send(packet);
    if (!hasMarker(packet)) continue;
    sent++;
    const deadline = performance.now() + PICTURE_LIMIT_MS;
    while (sent - pictures.coded > MOST_AHEAD && performance.now() < deadline) await pause(1);
  }
}

/** @returns the session's URL once it is connected; packets are added to `received` */
async function watch(received: Buffer[]): Promise<URL> {
  const media = new datachannel.Video('video', 'RecvOnly');
  videoCodecs[codec].describe(media, PAYLOAD_TYPE);
  const track = peer.addTrack(media);
  track.setMediaHandler(new datachannel.RtcpReceivingSession());
  track.onMessage((message) => {
    if (Buffer.isBuffer(message) && !isRtcp(message)) received.push(message);
  });
  const connected = new Promise<void>((done) => {
    peer.onStateChange((state) => {
      if (state === 'connected') done();
    });
  });
  const session = await exchange(peer, whepUrl);
  await connected;
  return session;
}

async function main(): Promise<void> {
  // Packets that are padding only are reported one by one.
  Log.setLevel(AV_LOG_FATAL);
  const received: Buffer[] = [];
  const session = await watch(received);
  say({ event: 'connected' });
  process.stdin.resume();
  await once(process.stdin, 'end');
  await pause(SETTLE_MS);
  const port = await freePort();
  const pictures = new Pictures(await openDemuxer(port));
  const read = pictures.read();
  const socket = createSocket('udp4');
  const send = (packet: Buffer): void => {
    socket.send(packet, port, '127.0.0.1');
  };
  await handOn(received, pictures, send);
  const ssrc = received[0]?.readUInt32BE(8) ?? 0;
  // One may be lost where there is no room for it.
  const goodbyes = setInterval(() => send(goodbye(ssrc)), SETTLE_MS);
  await read;
  clearInterval(goodbyes);
  say({ pictures: pictures.decoded });
  await fetch(session, { method: 'DELETE' });
  process.exit(0);
}

await main();
