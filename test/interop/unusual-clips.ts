import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nalUnits } from '../integration/support/annex-b.js';
import type { CodedFrame } from './coded-frames.js';
import { BEEP_FILTER } from './flash-and-beep.js';

const run = promisify(execFile);
const CACHE = join(tmpdir(), 'aircheck-test-media');
const START_CODE = Buffer.of(0, 0, 0, 1);
const SPS = 7;
const PPS = 8;

const PICTURES = (size: string): string[] => ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=30,format=yuv420p`];
const SOUND = ['-f', 'lavfi', '-i', BEEP_FILTER];

/** A moving test picture in H.264 without sound, a key frame each second. @returns the path of a Matroska file */
export function pictures(x264: string, { seconds = 4, size = '640x360' } = {}): Promise<string> {
  const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '30', '-b:v', '800k'];
  return encode([...PICTURES(size), '-t', String(seconds), ...encoder, '-x264-params', `scenecut=0:${x264}`]);
}

/** A beep each second in Opus with these options of libopus. @returns the path of a Matroska file */
export function sound(opus: readonly string[], seconds = 4): Promise<string> {
  return encode([...SOUND, '-t', String(seconds), '-c:a', 'libopus', '-b:a', '64k', ...opus]);
}

/** Silence in G.711, 20 ms a frame: both of its laws have a byte for it. */
export function g711Silence(byte: number, seconds = 4): CodedFrame[] {
  const data = Buffer.alloc(160, byte).toString('base64');
  return Array.from({ length: seconds * 50 }, (_, index) => ({
    kind: 'audio',
    presentationSeconds: index / 50,
    dueSeconds: index / 50,
    data,
  }));
}

/** @returns the first sets of parameters as `sprop-parameter-sets` has them, and the frames without any */
export function withoutParameterSets(frames: readonly CodedFrame[]): { sprop: string; frames: CodedFrame[] } {
  const sets = nalUnits(Buffer.from(frames[0]?.data ?? '', 'base64')).filter(isParameterSet);
  const sprop = sets.map((unit) => Buffer.from(unit).toString('base64')).join(',');
  const stripped = frames.map((frame) => {
    const units = nalUnits(Buffer.from(frame.data, 'base64')).filter((unit) => !isParameterSet(unit));
    return { ...frame, data: Buffer.concat(units.flatMap((unit) => [START_CODE, unit])).toString('base64') };
  });
  return { sprop, frames: stripped };
}

/** @returns how many NAL units with picture data an H.264 frame has */
export function sliceCount({ data }: CodedFrame): number {
  return nalUnits(Buffer.from(data, 'base64')).filter(([header = 0]) => (header & 31) === 1 || (header & 31) === 5)
    .length;
}

/** @returns the same frames later */
export function delayed(frames: readonly CodedFrame[], seconds: number): CodedFrame[] {
  return frames.map((frame) => ({
    ...frame,
    presentationSeconds: frame.presentationSeconds + seconds,
    dueSeconds: frame.dueSeconds + seconds,
  }));
}

const isParameterSet = ([header = 0]: Uint8Array): boolean => (header & 31) === SPS || (header & 31) === PPS;

async function encode(args: readonly string[]): Promise<string> {
  const name = createHash('sha256').update(args.join(' ')).digest('hex').slice(0, 16);
  const [path, partial] = [join(CACHE, `unusual-${name}.mkv`), join(CACHE, `unusual-${name}.${process.pid}.mkv`)];
  await mkdir(CACHE, { recursive: true });
  await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, partial]);
  await rename(partial, path);
  return path;
}
