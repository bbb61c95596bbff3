import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants as access } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../../../shared/errors.js';
import { ThumbnailFailedError, ThumbnailsUnavailableError } from './thumbnail.errors.js';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Longer than it says of sixty pictures. */
const MOST_LOG_BYTES = 256 * 1024;

/** What a run of ffmpeg wrote: what it was asked for, and what it said. */
export interface FfmpegOutput {
  readonly bytes: Buffer;
  readonly log: string;
  /** It took longer than it may: this is what it had written by then. */
  readonly isCut: boolean;
}

/** A run of ffmpeg, from its standard input to its standard output. */
export interface FfmpegRun {
  readonly args: readonly string[];
  readonly input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  readonly limitMs: number;
  /** Nobody wants it any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Starts ffmpeg, one process at a time and behind everything else that the machine does. */
export class Ffmpeg {
  private child: Child | undefined;

  constructor(private readonly command: string) {}

  /**
   * @throws {ThumbnailsUnavailableError} where it cannot be started
   * @throws {ThumbnailFailedError} when it is killed
   * @throws the reason of the signal, and what the input throws
   */
  async run({ args, input, limitMs, signal }: FfmpegRun): Promise<FfmpegOutput> {
    signal?.throwIfAborted();
    const child = spawn(this.command, ['-hide_banner', '-nostats', '-nostdin', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    const stop = new AbortController();
    const cut = (): void => {
      stop.abort();
    };
    const limit = setTimeout(cut, limitMs);
    signal?.addEventListener('abort', cut, { once: true });
    try {
      const output = await outputOf(child, input, stop.signal);
      signal?.throwIfAborted();
      return output;
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      throw new ThumbnailsUnavailableError({ cause: error });
    } finally {
      clearTimeout(limit);
      signal?.removeEventListener('abort', cut);
      this.child = undefined;
    }
  }

  kill(): void {
    this.child?.kill('SIGKILL');
  }
}

/** @returns true when a program can be started by this name */
export function isOnPath(command: string, path = process.env['PATH'] ?? ''): boolean {
  const places = isAbsolute(command) ? [command] : path.split(delimiter).map((folder) => join(folder, command));
  return places.some((place) => {
    try {
      accessSync(place, access.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Where it is stopped, nobody waits for an input that does not come. */
async function outputOf(child: Child, input: FfmpegRun['input'], stop: AbortSignal): Promise<FfmpegOutput> {
  yieldToOthers(child.pid);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [written, said] = [new Collected(child.stdout), new Collected(child.stderr, MOST_LOG_BYTES)];
  stop.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  const fed = feed(child.stdin, input);
  const [exitCode] = await closed;
  const isCut = stop.aborted;
  const failure = isCut ? undefined : await fed;
  if (failure !== undefined) throw failure.cause;
  if (exitCode === null && !isCut) throw new ThumbnailFailedError('ffmpeg was stopped');
  return { bytes: written.bytes, log: said.bytes.toString(), isCut };
}

/** What comes first of what a process writes; the rest is read and forgotten. */
class Collected {
  private readonly parts: Buffer[] = [];
  private sizeBytes = 0;

  constructor(output: Readable, mostBytes = Infinity) {
    output.on('data', (part: Buffer) => {
      if (this.sizeBytes < mostBytes) this.parts.push(part);
      this.sizeBytes += part.length;
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** It reads no more than it needs, and ends with what the exit code says. @returns why the input ended too early */
async function feed(stdin: Writable, input: FfmpegRun['input']): Promise<{ readonly cause: unknown } | undefined> {
  let failure: { readonly cause: unknown } | undefined;
  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      yield* input;
    } catch (cause) {
      failure = { cause };
    }
  }
  await pipeline(Readable.from(parts(), { objectMode: false }), stdin).catch(() => undefined);
  return failure;
}

function yieldToOthers(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system knows no priorities.
  }
}
