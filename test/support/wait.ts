const STEP_MS = 50;

/** Waits for an event that has no better sign than a question asked again. Errors count as "not yet". */
export async function until(question: () => Promise<boolean> | boolean, what: string, limitMs = 20_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  let lastError: unknown;
  for (;;) {
    try {
      if (await question()) return;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > deadline) throw new Error(`Not within ${limitMs} ms: ${what}`, { cause: lastError });
    await pause(STEP_MS);
  }
}

/** Lets real time pass, where real time is what the test is about: a publisher sends, an outage lasts. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((done) => setTimeout(done, durationMs));
}
