// Turns a Matroska file into the RTP payloads of its packets with FFmpeg's own packetizers.
// node packetize.ts file.mkv file.jsonl
import { writeFile } from 'node:fs/promises';
import { AVERROR_EOF, AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_VP9 } from 'node-av/constants';
import { Dictionary, FFmpegError, FormatContext, IOContext, Packet, type Stream } from 'node-av/lib';
import type { RtpLine } from './flash-and-beep.ts';

const RTP_HEADER_BYTES = 12;
const PACKET_BYTES = 1200;
const FRAMES_PER_SECOND = { video: 30, audio: 50 };
const TICKS_PER_FRAME = { video: 3000, audio: 960 };
/** RFC 9628 section 4.2: P, the picture is predicted from others. FFmpeg never says so, and to receivers each picture would be a key frame. */
const VP9_PREDICTED = 0x40;

const [mediaPath = '', linesPath = ''] = process.argv.slice(2);
const check = (code: number, what: string): void => {
  FFmpegError.throwIfError(code, what);
};

/** One track through one RTP muxer: the muxer flushes after each packet, so each write is one. */
class Packetizer {
  readonly lines: RtpLine[] = [];
  private readonly kind: 'video' | 'audio';
  private readonly stream: Stream;
  private readonly muxer = new FormatContext();
  private readonly out: Stream;
  private frame = 0;
  private descriptorBits = 0;

  constructor(stream: Stream) {
    this.stream = stream;
    this.kind = stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO ? 'video' : 'audio';
    check(this.muxer.allocOutputContext2(null, 'rtp', null), 'make the RTP muxer');
    this.out = this.muxer.newStream();
    check(stream.codecpar.copy(this.out.codecpar), 'copy the parameters');
    this.out.codecpar.codecTag = 0;
  }

  async open(): Promise<void> {
    const io = new IOContext();
    io.allocContextWithCallbacks(2 * PACKET_BYTES, 1, null, (bytes) => {
      this.take(bytes);
      return bytes.length;
    });
    this.muxer.pb = io;
    // VP9 and AV1 over RTP count as experimental there.
    const options = Dictionary.fromObject({ packetsize: String(PACKET_BYTES), strict: 'experimental' });
    check(await this.muxer.writeHeader(options), 'open the RTP muxer');
  }

  async write(packet: Packet): Promise<void> {
    packet.rescaleTs(this.stream.timeBase, this.out.timeBase);
    packet.streamIndex = 0;
    const isPredicted = this.stream.codecpar.codecId === AV_CODEC_ID_VP9 && !packet.isKeyframe;
    this.descriptorBits = isPredicted ? VP9_PREDICTED : 0;
    check(await this.muxer.writeFrame(packet), 'packetize');
    this.frame++;
  }

  private take(bytes: Buffer): void {
    const second = bytes[1] ?? 0;
    // RFC 5761 section 4: sender reports share the way out.
    if (second >= 192 && second < 224) return;
    const payload = Buffer.from(bytes.subarray(RTP_HEADER_BYTES));
    payload[0] = (payload[0] ?? 0) | this.descriptorBits;
    this.lines.push({
      kind: this.kind,
      frame: this.frame,
      dueSeconds: this.frame / FRAMES_PER_SECOND[this.kind],
      timestamp: this.frame * TICKS_PER_FRAME[this.kind],
      marker: this.kind === 'video' && second >= 128,
      payload: payload.toString('base64'),
    });
  }
}

const input = new FormatContext();
check(await input.openInput(mediaPath), 'open the media');
check(await input.findStreamInfo(), 'read its streams');
const packetizers = input.streams.map((stream) => new Packetizer(stream));
for (const packetizer of packetizers) await packetizer.open();
const packet = new Packet();
packet.alloc();
for (;;) {
  const code = await input.readFrame(packet);
  if (code === AVERROR_EOF) break;
  check(code, 'read a packet');
  await packetizers[packet.streamIndex]?.write(packet);
  packet.unref();
}
const lines = packetizers.flatMap((packetizer) => packetizer.lines).sort((a, b) => a.dueSeconds - b.dueSeconds);
await writeFile(linesPath, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
process.exit(0);
