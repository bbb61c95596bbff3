export interface RetryTiming {
  readonly firstMs: number;
  readonly longestMs: number;
}

export const RETRY_TIMING: RetryTiming = { firstMs: 1000, longestMs: 300_000 };

/**
 * Doubles with each failure up to the longest delay, and varies by a quarter, so that what failed together does not come
 * back together.
 *
 * @param failures in a row, from 1
 * @returns milliseconds
 */
export function retryDelayMs(failures: number, { firstMs, longestMs }: RetryTiming, random = Math.random): number {
  const delayMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(delayMs * (0.75 + random() / 2));
}
