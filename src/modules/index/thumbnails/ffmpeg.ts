import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants as access } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
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
}

/** A run of ffmpeg, from its standard input to its standard output. */
export interface FfmpegRun {
  readonly args: readonly string[];
  readonly input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  readonly limitMs: number;
}

/** Starts ffmpeg, one process at a time and behind everything else that the machine does. */
export class Ffmpeg {
  private child: Child | undefined;

  constructor(private readonly command: string) {}

  /**
   * @throws {ThumbnailsUnavailableError} where it cannot be started
   * @throws {ThumbnailFailedError} when it takes longer than it may
   * @throws what the input throws
   */
  async run({ args, input, limitMs }: FfmpegRun): Promise<FfmpegOutput> {
    const child = spawn(this.command, ['-hide_banner', '-nostats', '-nostdin', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
    try {
      return await outputOf(child, input);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      throw new ThumbnailsUnavailableError({ cause: error });
    } finally {
      clearTimeout(limit);
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

async function outputOf(child: Child, input: FfmpegRun['input']): Promise<FfmpegOutput> {
  yieldToOthers(child.pid);
  const exit = once(child, 'close') as Promise<[number | null]>;
  const [bytes, log, [exitCode], failure] = await Promise.all([
    buffer(child.stdout),
    beginning(child.stderr),
    exit,
    feed(child.stdin, input),
  ]);
  if (failure !== undefined) throw failure.cause;
  if (exitCode === null) throw new ThumbnailFailedError('it took too long');
  return { bytes, log };
}

/** @returns what comes first, as text; the rest is read and forgotten */
async function beginning(output: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of output as AsyncIterable<Buffer>) {
    if (sizeBytes < MOST_LOG_BYTES) parts.push(part);
    sizeBytes += part.length;
  }
  return Buffer.concat(parts).toString();
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
