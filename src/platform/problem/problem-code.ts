import type { Response } from 'express';

const KEY = 'problemCode';

/** Remembers why a request was refused, for those who look at the answer when it is sent. */
export function keepProblemCode(response: Response, code: string): void {
  response.locals[KEY] = code;
}

/** @returns the stable code of the problem that was answered, `stream-busy`; undefined for none */
export function problemCodeOf({ locals }: Response): string | undefined {
  const code: unknown = locals[KEY];
  return typeof code === 'string' ? code : undefined;
}
