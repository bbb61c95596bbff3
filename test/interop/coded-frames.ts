import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROJECT = resolve(__dirname, '../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');
const MAX_OUTPUT_BYTES = 256 << 20;

/** One coded picture, NAL units behind start codes where the codec has them, or one audio frame. */
export interface CodedFrame {
  readonly kind: 'video' | 'audio';
  readonly presentationSeconds: number;
  /** When it leaves, seconds after the start. */
  readonly dueSeconds: number;
  /** Base64. */
  readonly data: string;
}

/** What an offer says of a track. */
export interface CodedTrack {
  readonly kind: 'video' | 'audio';
  /** As in `a=rtpmap`: H264, opus. */
  readonly codec: string;
  /** Value of `a=fmtp`. */
  readonly format: string;
}

/** @returns the frames of a Matroska file of 30 pictures a second, in the order in which they leave */
export async function codedFrames(media: string): Promise<CodedFrame[]> {
  const script = join(PROJECT, 'test/interop/publishers/coded-frames.ts');
  const { stdout } = await run(NODE, ['--no-warnings', script, media], { maxBuffer: MAX_OUTPUT_BYTES });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CodedFrame);
}

/** A file of JSON lines, the tracks and then each frame: what the Pion sender reads. Gone when disposed. */
export async function writeClip(
  tracks: readonly CodedTrack[],
  frames: readonly CodedFrame[],
): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'aircheck-clip-'));
  const path = join(folder, 'clip.jsonl');
  await writeFile(path, [{ tracks }, ...frames].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
