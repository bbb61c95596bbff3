import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(tmpdir(), 'aircheck-test-media');

export interface MediaOptions {
  readonly seconds: number;
  readonly size?: string;
  readonly bitrateKbps?: number;
  readonly gopFrames?: number;
  readonly bFrames?: number;
  /** Several slices per picture, as live encoders write them. */
  readonly zeroLatency?: boolean;
}

/**
 * A known file: a moving test picture with a frame counter and a tone, H.264 and Opus in Matroska.
 * @returns its path; made once per set of options
 */
export async function makeMedia(options: MediaOptions): Promise<string> {
  const args = encoderArguments(options);
  const name = createHash('sha256').update(args.join(' ')).digest('hex').slice(0, 16);
  const path = join(CACHE, `${name}.mkv`);
  if (await exists(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const partial = `${path}.${process.pid}.mkv`;
  await run('ffmpeg', ['-v', 'error', '-y', ...args, partial]);
  await rename(partial, path);
  return path;
}

function encoderArguments(options: MediaOptions): string[] {
  const { seconds, size = '640x360', bitrateKbps = 800, gopFrames = 60, bFrames = 0, zeroLatency = false } = options;
  const rate = `${bitrateKbps}k`;
  return [
    ...[
      '-f',
      'lavfi',
      '-i',
      `testsrc2=size=${size}:rate=30`,
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=440:sample_rate=48000',
    ],
    ...[
      '-t',
      String(seconds),
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-pix_fmt',
      'yuv420p',
      '-profile:v',
      bFrames > 0 ? 'main' : 'baseline',
    ],
    ...(zeroLatency ? ['-tune', 'zerolatency'] : []),
    ...['-bf', String(bFrames), '-g', String(gopFrames), '-keyint_min', String(gopFrames), '-sc_threshold', '0'],
    ...[
      '-b:v',
      rate,
      '-minrate',
      rate,
      '-maxrate',
      rate,
      '-bufsize',
      rate,
      '-x264-params',
      'nal-hrd=cbr:repeat-headers=1',
    ],
    ...['-c:a', 'libopus', '-ac', '2', '-b:a', '64k', '-frame_duration', '20'],
  ];
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
