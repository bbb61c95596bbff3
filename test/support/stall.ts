import { pause } from './wait.js';

/** Takes the processor away from a whole process, as a machine that is too busy does, and gives it back. */
export async function stall({ pid }: { readonly pid: number }, durationMs: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await pause(durationMs);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
