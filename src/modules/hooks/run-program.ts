import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

const MOST_OUTPUT_BYTES = 4096;
/** What a program has started may hold its output open: so long is waited for what is on its way. */
const REST_OF_OUTPUT_MS = 1000;
/** Settings of this server are none of a program's business, and some of them are secrets. */
const OURS = /^(AIRCHECK_|DATABASE_URL$)/;

export interface ProgramRun {
  readonly path: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Kills it before. */
  readonly signal: AbortSignal;
}

/**
 * Runs a program, as it is: no shell reads its arguments.
 *
 * @returns what it printed, the beginning of it
 * @throws when it cannot be started, ends with another code than 0, or takes longer than it may
 */
export async function runProgram({ path, args, variables, timeoutMs, signal }: ProgramRun): Promise<string> {
  signal.throwIfAborted();
  // A process group of its own: what it started ends with it.
  const child = spawn(path, args, {
    detached: true,
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutOurs(process.env), ...variables },
  });
  const exit = once(child, 'exit');
  // Without a descriptor left there are none: `exit` tells why.
  const pipes = [child.stdout, child.stderr].filter((pipe) => pipe instanceof Readable);
  const output = pipes.map(outputOf);
  const progress = { isLate: false };
  const kill = (): void => {
    progress.isLate = true;
    killGroup(child.pid);
    for (const pipe of pipes) pipe.destroy();
  };
  const timer = setTimeout(kill, timeoutMs);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const [code, killedBy] = (await exit) as [number | null, NodeJS.Signals | null];
    if (progress.isLate)
      throw new Error(signal.aborted ? 'It was ended with the server.' : `It took over ${timeoutMs} ms.`);
    clearTimeout(timer);
    await ended(pipes);
    const text = output.map((read) => read()).join('');
    if (code !== 0) throw new Error(`It ended with ${code ?? killedBy ?? 'nothing'}: ${text.trim()}`);
    return text;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    for (const pipe of pipes) pipe.destroy();
  }
}

function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.test(name)));
}

/** What a program prints is read to the end and kept to a limit: one that is not read would stand still. */
function outputOf(readable: Readable): () => string {
  const parts: Buffer[] = [];
  let length = 0;
  readable.on('data', (part: Buffer) => {
    if (length >= MOST_OUTPUT_BYTES) return;
    parts.push(part.subarray(0, MOST_OUTPUT_BYTES - length));
    length += part.length;
  });
  readable.on('error', () => undefined);
  return () => Buffer.concat(parts).toString('utf8');
}

/** Until they are, or for as long as may be waited for it. */
async function ended(pipes: readonly Readable[]): Promise<void> {
  const signal = AbortSignal.timeout(REST_OF_OUTPUT_MS);
  await Promise.allSettled(pipes.map((pipe) => finished(pipe, { signal })));
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
