import { Ffmpeg, isOnPath } from './ffmpeg.js';
import { ThumbnailFailedError, ThumbnailsBusyError } from './thumbnail.errors.js';

/** More than these wait for nothing: whoever asked has scrubbed on by then. */
const MOST_WAITING = 32;
const LIMIT_MS = 10_000;
/** Longer side of a picture, in pixels. */
const SIDE = 240;

const ARGUMENTS = [
  ...['-v', 'error', '-threads', '1', '-f', 'mp4', '-i', 'pipe:0', '-an', '-frames:v', '1'],
  ...['-vf', `scale=w=${String(SIDE)}:h=${String(SIDE)}:force_original_aspect_ratio=decrease:force_divisible_by=2`],
  ...['-threads', '1', '-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg', '-q:v', '5', '-f', 'image2pipe', 'pipe:1'],
];

/** Makes small JPEG pictures by ffmpeg, one after another. */
export class PictureMaker {
  /** Whether there is an ffmpeg to make them with. */
  readonly isAble: boolean;
  private readonly ffmpeg: Ffmpeg;
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  constructor(command = 'ffmpeg') {
    this.isAble = isOnPath(command);
    this.ffmpeg = new Ffmpeg(command);
  }

  /**
   * @param mp4 a whole file, whose first picture is wanted
   * @param signal nobody wants it any more
   * @throws {ThumbnailsUnavailableError | ThumbnailsBusyError | ThumbnailFailedError}
   */
  make(mp4: Uint8Array, signal?: AbortSignal): Promise<Buffer> {
    return this.inTurn(async (ffmpeg) => {
      const { bytes, log, isCut } = await ffmpeg.run({ args: ARGUMENTS, input: [mp4], limitMs: LIMIT_MS, signal });
      if (isCut) throw new ThumbnailFailedError('it took too long');
      if (bytes.length === 0) throw new ThumbnailFailedError(reasonIn(log));
      return bytes;
    });
  }

  /**
   * Does something that takes ffmpeg when everything that was asked for before is done.
   *
   * @param hasBegun what it goes on with was let in before
   * @throws {ThumbnailsBusyError} when too much is
   * @throws what the job throws
   */
  async inTurn<T>(job: (ffmpeg: Ffmpeg) => Promise<T>, hasBegun = false): Promise<T> {
    if (this.waiting >= MOST_WAITING && !hasBegun) throw new ThumbnailsBusyError();
    this.waiting += 1;
    const run = this.last.then(() => {
      if (this.isClosed) throw new ThumbnailsBusyError();
      return job(this.ffmpeg);
    });
    this.last = run.catch(() => undefined);
    try {
      return await run;
    } finally {
      this.waiting -= 1;
    }
  }

  /** What is being made is given up, and nothing is begun any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.ffmpeg.kill();
    await this.last;
  }
}

function reasonIn(complaint: string): string {
  const [line = ''] = complaint.split('\n', 1);
  return line.trim() === '' ? 'the picture does not decode' : line.trim().replace(/\.$/, '').slice(0, 200);
}
