import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 << 20;

/** One decoded picture. */
export interface Picture {
  readonly seconds: number;
  /** Of its pixels, size included. */
  readonly hash: string;
}

/** Pictures as FFmpeg decodes them, in the order in which they are shown. */
export async function decodedPictures(path: string): Promise<Picture[]> {
  const output = ['-map', '0:v', '-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-f', 'framemd5', '-'];
  const { stdout } = await run('ffmpeg', ['-nostdin', '-v', 'error', '-copyts', '-i', path, ...output], {
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  // stream, dts, pts, duration, size, hash
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/, +/));
  return rows.map(([, , pts, , size, hash]) => ({
    seconds: Number(pts) / 90_000,
    hash: `${size ?? ''} ${hash ?? ''}`,
  }));
}

/** One packet of the only track. */
export interface StoredFrame {
  readonly decodeSeconds: number;
  readonly presentationSeconds: number;
}

/** What FFmpeg's demuxer reads, in the file's order. */
export async function storedFrames(path: string): Promise<StoredFrame[]> {
  const args = ['-v', 'error', '-show_entries', 'packet=pts_time,dts_time', '-of', 'json', path];
  const { stdout } = await run('ffprobe', args, { maxBuffer: MAX_OUTPUT_BYTES });
  const { packets } = JSON.parse(stdout) as {
    packets: { pts_time: string; dts_time: string }[];
  };
  return packets.map(({ pts_time: pts, dts_time: dts }) => ({
    decodeSeconds: Number(dts),
    presentationSeconds: Number(pts),
  }));
}
