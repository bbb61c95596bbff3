import { type Facts, wordsOf } from './problem-words';

/** The server said no: `message` is for a person. */
export class Refusal extends Error {
  /** @param code of the problem document; undefined where there was none */
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

/** @param response that is no success */
export async function refusalOf(response: Response): Promise<Refusal> {
  const facts = await factsOf(response);
  const { code, detail } = facts as { code?: string; detail?: string };
  return new Refusal(response.status, code, wordsOf(code, facts, detail ?? `The server answered ${response.status}.`));
}

async function factsOf(response: Response): Promise<Facts> {
  return factsIn(await response.text().catch(() => ''));
}

/** @param text of an answer. @returns what a problem document in it tells, nothing where it is none */
export function factsIn(text: string): Facts {
  try {
    return (JSON.parse(text) ?? {}) as Facts;
  } catch {
    return {};
  }
}

/** @returns what went wrong, for a person */
export function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
