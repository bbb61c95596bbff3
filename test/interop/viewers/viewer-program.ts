import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Watching } from '../viewer.js';

const CONNECT_LIMIT_MS = 30_000;
const END_LIMIT_MS = 60_000;

/**
 * Runs a viewer in a process of its own: it prints a line of JSON when it is connected, and another, `{"pictures": N}`, after its
 * stdin has ended.
 */
export async function startViewer(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Watching> {
  const env = { ...process.env, ...environment };
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (what: string, limitMs: number): Promise<string> => {
    const late = setTimeout(() => child.kill('SIGKILL'), limitMs);
    const { value, done } = await lines.next();
    clearTimeout(late);
    if (done === true) throw new Error(`${file} ended before it was ${what}.`);
    return value;
  };
  try {
    await next('connected', CONNECT_LIMIT_MS);
  } catch (error) {
    await kill(child);
    throw error;
  }
  return {
    async end() {
      child.stdin.end();
      return (JSON.parse(await next('at its end', END_LIMIT_MS)) as { pictures: number }).pictures;
    },
    [Symbol.asyncDispose]: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
