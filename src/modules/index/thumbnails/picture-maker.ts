import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { systemErrorCode } from '../../../shared/errors.js';
import { ThumbnailFailedError, ThumbnailsBusyError, ThumbnailsUnavailableError } from './thumbnail.errors.js';

/** More than these wait for nothing: whoever asked has scrubbed on by then. */
const MOST_WAITING = 32;
const LIMIT_MS = 10_000;
/** Longer side of a picture, in pixels. */
const SIDE = 240;

const ARGUMENTS = [
  ...['-v', 'error', '-nostdin', '-threads', '1', '-f', 'mp4', '-i', 'pipe:0', '-an', '-frames:v', '1'],
  ...['-vf', `scale=w=${String(SIDE)}:h=${String(SIDE)}:force_original_aspect_ratio=decrease:force_divisible_by=2`],
  ...['-threads', '1', '-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg', '-q:v', '5', '-f', 'image2pipe', 'pipe:1'],
];

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Makes small JPEG pictures by ffmpeg, one at a time and behind everything else that the machine does. */
export class PictureMaker {
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();
  private child: Child | undefined;
  private isClosed = false;

  constructor(private readonly command = 'ffmpeg') {}

  /**
   * @param mp4 a whole file, whose first picture is wanted
   * @throws {ThumbnailsUnavailableError | ThumbnailsBusyError | ThumbnailFailedError}
   */
  async make(mp4: Uint8Array): Promise<Buffer> {
    if (this.waiting >= MOST_WAITING) throw new ThumbnailsBusyError();
    this.waiting += 1;
    const run = this.last.then(() => this.run(mp4));
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
    this.child?.kill('SIGKILL');
    await this.last;
  }

  private async run(mp4: Uint8Array): Promise<Buffer> {
    if (this.isClosed) throw new ThumbnailsBusyError();
    const child = spawn(this.command, ARGUMENTS, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    try {
      return await picture(child, mp4);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      throw new ThumbnailsUnavailableError({ cause: error });
    } finally {
      clearTimeout(limit);
      this.child = undefined;
    }
  }
}

async function picture(child: Child, mp4: Uint8Array): Promise<Buffer> {
  yieldToOthers(child.pid);
  const exit = once(child, 'close') as Promise<[number | null]>;
  // It reads no more than it needs, and ends with what the exit code says.
  child.stdin.on('error', () => undefined);
  child.stdin.end(mp4);
  const [bytes, complaint, [exitCode]] = await Promise.all([buffer(child.stdout), text(child.stderr), exit]);
  if (exitCode === null) throw new ThumbnailFailedError('it took too long');
  if (bytes.length === 0) throw new ThumbnailFailedError(reasonIn(complaint));
  return bytes;
}

function yieldToOthers(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system knows no priorities.
  }
}

function reasonIn(complaint: string): string {
  const [line = ''] = complaint.split('\n', 1);
  return line.trim() === '' ? 'the picture does not decode' : line.trim().replace(/\.$/, '').slice(0, 200);
}
