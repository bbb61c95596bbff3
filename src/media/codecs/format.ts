import type { FormatParameters } from './codec.js';

/** @returns an `a=fmtp` value that repeats the named parameters as they were offered; undefined when none was */
export function answerParameters(offered: FormatParameters, names: readonly string[]): string | undefined {
  const pairs = names.flatMap((name) => {
    const value = offered[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return pairs.length === 0 ? undefined : pairs.join(';');
}

/** @returns 2 for the same profile, 1 for a receiver of a higher one, which decodes the lower ones too, else 0 */
export function fitOfProfiles(received: string, sent: string): 0 | 1 | 2 {
  if (received === sent) return 2;
  return Number(received) > Number(sent) ? 1 : 0;
}
