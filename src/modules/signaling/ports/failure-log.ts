import type { Logger } from '@nestjs/common';

/** Where failures go that no request waits for. */
export interface FailureLog {
  warn(message: string, cause?: unknown): void;
  error(message: string, cause?: unknown): void;
}

/** @returns a log that keeps the cause with its stack beside the message */
export function failureLog(logger: Logger): FailureLog {
  return {
    warn: (message, cause) => logger.warn({ err: cause }, message),
    error: (message, cause) => logger.error({ err: cause }, message),
  };
}
