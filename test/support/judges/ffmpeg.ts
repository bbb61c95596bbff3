import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What FFmpeg made of all tracks of a file or manifest. */
export interface DecodedByFfmpeg {
  /** What lies in it. */
  readonly packets: number;
  /** Fewer where it could not decode: it leaves out what precedes a key frame, and says nothing of it. */
  readonly frames: number;
  /** Its warnings and errors, empty when it had none. */
  readonly complaints: string;
}

const COMPLAINT = /\[(?:warning|error|fatal|panic)\]/;
/** Of what FFmpeg says at its end of each track that it has read. */
const COUNTS = /Input stream #\S+ \(\w+\): (\d+) packets read .*?; (\d+) frames decoded/g;

/**
 * Decodes everything behind a path or URL with FFmpeg. Its DASH reader reads one Period only, and ends where one of the tracks
 * does: of sound that goes on after the last picture began, one packet is read. Frames of DASH cannot be counted.
 */
export async function decodeWithFfmpeg(input: string): Promise<DecodedByFfmpeg> {
  // Pictures keep their own times: made to fit a constant rate, two of an uneven sender would meet in one tick.
  const output = ['-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'null', '-'];
  const tracks = ['-map', '0:v?', '-map', '0:a?'];
  const args = ['-nostdin', '-nostats', '-v', 'level+verbose', '-xerror', '-i', input, ...tracks, ...output];
  const { stderr, failure } = await run('ffmpeg', args, { maxBuffer: 64 << 20 }).then(
    (result) => ({ stderr: result.stderr, failure: '' }),
    failed,
  );
  const counts = [...stderr.matchAll(COUNTS)];
  const sum = (column: 1 | 2): number => counts.reduce((total, count) => total + Number(count[column]), 0);
  const complaints = stderr.split('\n').filter((line) => COMPLAINT.test(line));
  return { packets: sum(1), frames: sum(2), complaints: failure + complaints.join('\n') };
}

/** @returns `640x360`, of the one picture that the bytes of a file decode to */
export async function pictureSize(file: Uint8Array): Promise<string> {
  const entries = ['-count_frames', '-show_entries', 'stream=width,height,nb_read_frames', '-of', 'csv=p=0'];
  const probe = run('ffprobe', ['-v', 'error', '-i', 'pipe:0', ...entries]);
  probe.child.stdin?.end(file);
  const [width, height, frames] = (await probe).stdout.trim().split(',');
  return frames === '1' ? `${width ?? ''}x${height ?? ''}` : `${frames ?? 'no'} frames`;
}

/** @returns luminance from 0 to 255 at some points of a picture */
export async function grayAt(
  file: Uint8Array,
  points: readonly { readonly x: number; readonly y: number }[],
): Promise<number[]> {
  const [width = 0] = (await pictureSize(file)).split('x').map(Number);
  const gray = ['-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'];
  const decoding = run('ffmpeg', ['-v', 'error', '-i', 'pipe:0', ...gray], { encoding: 'buffer', maxBuffer: 64 << 20 });
  decoding.child.stdin?.end(file);
  const { stdout } = await decoding;
  return points.map(({ x, y }) => stdout[y * width + x] ?? -1);
}

function failed(error: unknown): { stderr: string; failure: string } {
  const { stderr = '', code } = error as { readonly stderr?: string; readonly code?: number | string };
  return { stderr, failure: `FFmpeg gave up: ${code ?? String(error)}\n` };
}

/** @returns what FFmpeg complained about, and how many packets it made no frame of; empty when it decoded everything */
export async function decodeErrors(input: string): Promise<string> {
  const { packets, frames, complaints } = await decodeWithFfmpeg(input);
  if (packets > 0 && frames === packets) return complaints;
  return `${complaints}\n${packets} packets gave ${frames} frames.`;
}

/** @param decoder of FFmpeg, undefined for the one it takes itself. @returns `640x480` of each picture that it shows */
export async function decodedSizes(input: string, decoder?: string): Promise<string[]> {
  const output = ['-vf', 'showinfo', '-an', '-autoscale', '0', '-fps_mode', 'passthrough', '-f', 'null', '-'];
  const args = ['-nostdin', '-v', 'info', ...(decoder === undefined ? [] : ['-c:v', decoder]), '-i', input, ...output];
  const { stderr } = await run('ffmpeg', args, { maxBuffer: 64 << 20 });
  return [...stderr.matchAll(/ s:(\d+x\d+) /g)].flatMap(([, size]) => size ?? []);
}

export interface ProbedStream {
  readonly codec_type: 'video' | 'audio';
  readonly codec_name: string;
  readonly width?: number;
  readonly height?: number;
  readonly nb_read_packets?: string;
}

export interface Probe {
  readonly streams: readonly ProbedStream[];
  readonly format: { readonly duration?: string };
}

/** What ffprobe sees, every packet counted. */
export async function probe(input: string): Promise<Probe> {
  const args = ['-v', 'error', '-count_packets', '-show_streams', '-show_format', '-of', 'json', input];
  const { stdout } = await run('ffprobe', args, { maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as Probe;
}
