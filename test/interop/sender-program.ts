import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SentFrames } from './sender.js';

const run = promisify(execFile);
/** The exit code that says: the server refused the offer, and the line has its reasons. */
const REFUSED = 2;

/** What a server says to an offer that it does not take. */
export interface Refusal {
  readonly status: number;
  readonly problem: { readonly code: string; readonly detail: string };
}

/**
 * Runs a sender in a process of its own, whose last line on stdout says what it sent, or why it was refused.
 *
 * @throws with what it printed when it fails otherwise
 */
export async function runSender(file: string, args: readonly string[]): Promise<SentFrames | Refusal> {
  const { stdout } = await run(file, args).catch((error: unknown) => {
    const { code, stdout } = error as { readonly code?: unknown; readonly stdout: string };
    if (code === REFUSED) return { stdout };
    throw error;
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as SentFrames | Refusal;
}

/** As `runSender`, for an offer that is expected to be taken. */
export async function sendFrames(file: string, args: readonly string[]): Promise<SentFrames> {
  const result = await runSender(file, args);
  if ('status' in result) throw new Error(`The offer was refused: ${JSON.stringify(result)}`);
  return result;
}
