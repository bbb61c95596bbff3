import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { InteropCodec } from './sender.js';

const run = promisify(execFile);
const PROJECT = resolve(__dirname, '../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');
const CACHE = join(tmpdir(), 'aircheck-test-media');

/** For senders that encode themselves: the same pictures and sound as lavfi filters. */
export const FLASH_FILTER = "color=black:size=640x360:rate=30,drawbox=t=fill:color=white:enable='lt(mod(n,30),2)'";
export const BEEP_FILTER = "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.0666)':sample_rate=48000";

/** Noise too dark to be a flash: pictures of several packets, as real ones are. */
const PICTURES = `${FLASH_FILTER},noise=alls=14:allf=t,format=yuv420p`;
const RATE = ['-g', '60', '-b:v', '800k', '-maxrate', '800k', '-bufsize', '400k'];

/** One picture in, one picture out, in order: what live encoders do. */
const ENCODERS: Readonly<Record<InteropCodec, readonly string[]>> = {
  H264: [
    ...['libx264', '-preset', 'veryfast', '-profile:v', 'baseline', '-bf', '0', '-keyint_min', '60'],
    ...['-sc_threshold', '0', '-x264-params', 'repeat-headers=1'],
  ],
  H265: [
    ...['libx265', '-preset', 'ultrafast'],
    ...['-x265-params', 'repeat-headers=1:bframes=0:keyint=60:min-keyint=60:scenecut=0:log-level=error'],
  ],
  VP8: ['libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', '-auto-alt-ref', '0'],
  VP9: ['libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', '-auto-alt-ref', '0'],
  AV1: ['libaom-av1', '-usage', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0'],
};

/**
 * 640x360, 30 pictures a second, dark; as each whole second begins, two white pictures (66 ms) and a 1 kHz beep of 66 ms in
 * silence (48 kHz stereo Opus, frames of 20 ms). A key frame each two seconds, no B-frames, parameters before each key frame.
 */
export interface FlashAndBeep {
  /** Matroska, both tracks. */
  readonly media: string;
  /**
   * The same as RTP payloads (FFmpeg's packetizers, at most 1188 bytes), for senders that only send packets: one JSON object
   * a line, an `RtpLine`, in the order in which they leave.
   */
  readonly packets: string;
}

export interface RtpLine {
  readonly kind: 'video' | 'audio';
  /** Number of the picture or audio frame, from 0. All packets of one share it. */
  readonly frame: number;
  /** When it leaves, seconds after the first. */
  readonly dueSeconds: number;
  /** RTP ticks from 0: 3000 a picture (90 kHz), 960 an audio frame (48 kHz). Add an offset of your own. */
  readonly timestamp: number;
  /** Last packet of its picture. Always false for audio. */
  readonly marker: boolean;
  /** Base64, without the RTP header. */
  readonly payload: string;
}

/** @returns the files, made once per codec and length */
export async function flashAndBeep(codec: InteropCodec, seconds: number): Promise<FlashAndBeep> {
  const args = encoderArguments(codec, seconds);
  const name = createHash('sha256').update(args.join(' ')).digest('hex').slice(0, 16);
  const files = { media: join(CACHE, `flash-${name}.mkv`), packets: join(CACHE, `flash-${name}.rtp.jsonl`) };
  await mkdir(CACHE, { recursive: true });
  await makeOnce(files.media, (partial) => run('ffmpeg', [...args, partial]));
  await makeOnce(files.packets, (partial) =>
    run(NODE, ['--no-warnings', join(PROJECT, 'test/interop/packetize.ts'), files.media, partial]),
  );
  return files;
}

function encoderArguments(codec: InteropCodec, seconds: number): string[] {
  return [
    ...['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', PICTURES, '-f', 'lavfi', '-i', BEEP_FILTER],
    ...['-t', String(seconds), '-c:v', ...ENCODERS[codec], ...RATE],
    ...['-c:a', 'libopus', '-ac', '2', '-b:a', '64k', '-frame_duration', '20', '-f', 'matroska'],
  ];
}

/** Two that make the same file at once both make it, and the later one wins. */
async function makeOnce(path: string, make: (partial: string) => Promise<unknown>): Promise<void> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (exists) return;
  const partial = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.partial`;
  await make(partial);
  await rename(partial, path);
}
