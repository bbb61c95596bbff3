import type { FormatParameters } from './codec.js';

/** @returns an `a=fmtp` value that repeats the named parameters as they were offered; undefined when none was */
export function answerParameters(offered: FormatParameters, names: readonly string[]): string | undefined {
  const pairs = names.flatMap((name) => {
    const value = offered[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return pairs.length === 0 ? undefined : pairs.join(';');
}
