import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first bright picture behind dark ones, and the first sound behind silence, as FFmpeg's filters tell them. */
const FILTERS = {
  video: ['-vf', 'blackdetect=d=0.2:pix_th=0.4:pic_th=0.9,metadata=mode=print:key=lavfi.black_end:file=-'],
  audio: ['-af', 'silencedetect=n=0.05:d=0.3,ametadata=mode=print:key=lavfi.silence_end:file=-'],
} as const;

/** A flash and the beep nearest to it. */
export interface LipSync {
  readonly flashSeconds: number;
  /** Sound behind the picture is positive. */
  readonly offsetMs: number;
}

/** @returns each flash that has a beep, in order; times as the files have them, which all tracks of a recording share */
export async function lipSync(videoPath: string, audioPath: string): Promise<LipSync[]> {
  const [flashes, beeps] = await Promise.all([starts('video', videoPath), starts('audio', audioPath)]);
  return flashes.flatMap((flashSeconds) => {
    const offsets = beeps.map((beep) => (beep - flashSeconds) * 1000).filter((offset) => Math.abs(offset) < 500);
    const [offsetMs] = offsets.sort((a, b) => Math.abs(a) - Math.abs(b));
    return offsetMs === undefined ? [] : [{ flashSeconds, offsetMs }];
  });
}

async function starts(kind: keyof typeof FILTERS, path: string): Promise<number[]> {
  const args = ['-nostdin', '-v', 'error', '-copyts', '-i', path, ...FILTERS[kind], '-fps_mode', 'passthrough'];
  const { stdout } = await run('ffmpeg', [...args, '-f', 'null', '-'], { maxBuffer: 16 << 20 });
  return [...stdout.matchAll(/lavfi\.(?:black|silence)_end=([\d.]+)/g)].map(([, seconds]) => Number(seconds));
}
