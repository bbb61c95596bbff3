import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Decodes everything behind a path or URL with FFmpeg. @returns what it complained about, empty when nothing */
export async function decodeErrors(input: string): Promise<string> {
  // Pictures keep their own times: made to fit a constant rate, two of an uneven sender would meet in one tick.
  const output = ['-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'null', '-'];
  const args = ['-nostdin', '-v', 'warning', '-xerror', '-i', input, ...output];
  const { stderr } = await run('ffmpeg', args, { maxBuffer: 64 << 20 }).catch((error: unknown) => ({
    stderr: String(error),
  }));
  return stderr;
}

/** @param decoder of FFmpeg. @returns `640x480` of each picture that it shows */
export async function decodedSizes(input: string, decoder: string): Promise<string[]> {
  const output = ['-vf', 'showinfo', '-an', '-fps_mode', 'passthrough', '-f', 'null', '-'];
  const args = ['-nostdin', '-v', 'info', '-c:v', decoder, '-i', input, ...output];
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
