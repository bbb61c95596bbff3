// Prints the coded frames of a Matroska file of 30 pictures a second: one JSON object a line, a CodedFrame, in the order in which they leave.
// node coded-frames.ts file.mkv
import { AVERROR_EOF, AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264, AV_CODEC_ID_HEVC } from 'node-av/constants';
import { BitStreamFilter, BitStreamFilterContext, FFmpegError, FormatContext, Packet, type Stream } from 'node-av/lib';
import type { CodedFrame } from '../coded-frames.ts';

/** Matroska rounds to milliseconds. Frames begin so many times a second, or at a few of them: Opus has frames of 2.5 ms. */
const STEPS_PER_SECOND = { video: 30, audio: 400 };
/** NAL units behind start codes, the sets of parameters before each key frame: what packetizers take. */
const FILTERS = new Map<number, string>([
  [AV_CODEC_ID_H264, 'h264_mp4toannexb'],
  [AV_CODEC_ID_HEVC, 'hevc_mp4toannexb'],
]);

const check = (code: number, what: string): void => {
  FFmpegError.throwIfError(code, what);
};

class TrackReader {
  readonly frames: CodedFrame[] = [];
  private readonly filter = new BitStreamFilterContext();
  private readonly kind: 'video' | 'audio';
  private readonly ticksPerSecond: number;
  private firstPts: number | undefined;

  constructor({ codecpar, timeBase }: Stream) {
    this.kind = codecpar.codecType === AVMEDIA_TYPE_VIDEO ? 'video' : 'audio';
    this.ticksPerSecond = timeBase.den / timeBase.num;
    const filter = BitStreamFilter.getByName(FILTERS.get(codecpar.codecId) ?? 'null');
    if (filter === null) throw new Error('FFmpeg was built without the filter.');
    check(this.filter.alloc(filter), 'make the filter');
    const { inputCodecParameters } = this.filter;
    if (inputCodecParameters === null) throw new Error('The filter takes no parameters.');
    check(codecpar.copy(inputCodecParameters), 'copy the parameters');
    this.filter.inputTimeBase = timeBase;
    check(this.filter.init(), 'open the filter');
  }

  async read(packet: Packet): Promise<void> {
    check(await this.filter.sendPacket(packet), 'filter');
    check(await this.filter.receivePacket(packet), 'filter');
    this.firstPts ??= Number(packet.pts);
    const steps = STEPS_PER_SECOND[this.kind];
    const sinceFirst = Math.round(((Number(packet.pts) - this.firstPts) / this.ticksPerSecond) * steps) / steps;
    const presentationSeconds = this.firstPts / this.ticksPerSecond + sinceFirst;
    this.frames.push({
      kind: this.kind,
      presentationSeconds,
      // Matroska keeps no decoding times; pictures leave at an even pace, in the file's order.
      dueSeconds: this.kind === 'video' ? this.frames.length / steps : presentationSeconds,
      data: (packet.data ?? Buffer.alloc(0)).toString('base64'),
    });
  }
}

const input = new FormatContext();
check(await input.openInput(process.argv[2] ?? ''), 'open the media');
check(await input.findStreamInfo(), 'read its streams');
const readers = input.streams.map((stream) => new TrackReader(stream));
const packet = new Packet();
packet.alloc();
for (;;) {
  const code = await input.readFrame(packet);
  if (code === AVERROR_EOF) break;
  check(code, 'read a packet');
  await readers[packet.streamIndex]?.read(packet);
  packet.unref();
}
const frames = readers.flatMap((reader) => reader.frames).sort((a, b) => a.dueSeconds - b.dueSeconds);
process.stdout.write(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''), () => process.exit(0));
