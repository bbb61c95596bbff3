// A publisher on FFmpeg's own WHIP muxer: hands it the packets of a Matroska file in real time, and tells what it handed over.
// node ffmpeg.ts '{"urls": ["http://…/whip/cam"], "media": "file.mkv"}' ; one JSON line per event on stdout.
import { AVERROR_EOF, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { FFmpegError, FormatContext, Packet } from 'node-av/lib';
import { hashAudioFrame, hashPicture, splitLengthPrefixed } from '../access-unit.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as { urls: [string]; media: string };
const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
const check = (code: number, what: string): void => {
  FFmpegError.throwIfError(code, what);
};

async function openInput(): Promise<FormatContext> {
  const input = new FormatContext();
  check(await input.openInput(order.media), 'open the media');
  check(await input.findStreamInfo(), 'read its streams');
  return input;
}

function openOutput(input: FormatContext): FormatContext {
  const output = new FormatContext();
  check(output.allocOutputContext2(null, 'whip', order.urls[0]), 'make the WHIP muxer');
  for (const stream of input.streams) {
    const copy = output.newStream();
    check(stream.codecpar.copy(copy.codecpar), 'copy the parameters');
    copy.codecpar.codecTag = 0;
    copy.timeBase = stream.timeBase;
  }
  return output;
}

async function main(): Promise<void> {
  await using input = await openInput();
  await using output = openOutput(input);
  check(await output.writeHeader(), 'connect');
  say({ event: 'connected' });
  using packet = new Packet();
  packet.alloc();
  const start = performance.now();
  const end = new AbortController();
  process.stdin.on('data', () => end.abort());
  while (!end.signal.aborted) {
    const code = await input.readFrame(packet);
    if (code === AVERROR_EOF) break;
    check(code, 'read a packet');
    const from = input.streams[packet.streamIndex];
    const to = output.streams[packet.streamIndex];
    if (from === undefined || to === undefined) continue;
    const dueMs = start + (Number(packet.dts) * from.timeBase.num * 1000) / from.timeBase.den;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await new Promise((done) => setTimeout(done, waitMs));
    const isVideo = from.codecpar.codecType === AVMEDIA_TYPE_VIDEO;
    const data = packet.data ?? Buffer.alloc(0);
    const hash = isVideo ? hashPicture(splitLengthPrefixed(data)) : hashAudioFrame(data);
    packet.rescaleTs(from.timeBase, to.timeBase);
    check(await output.writeFrame(packet), 'send');
    say({ event: 'sent', kind: isVideo ? 'video' : 'audio', hash, ok: true });
    packet.unref();
  }
  say({ event: 'finished' });
  await new Promise((done) => setTimeout(done, 300));
  check(await output.writeTrailer(), 'hang up');
  say({ event: 'ended' });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    say({ event: 'error', message: String(error) });
    process.exit(1);
  },
);
