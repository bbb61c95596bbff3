import type { INestApplication, Logger } from '@nestjs/common';
import { ReadinessService } from '../platform/health/readiness.service.js';

const GRACE_MS = 30_000;
const ENDED_BY_FORCE = 1;

/**
 * SIGTERM and SIGINT end the server in order, exit code 0. What takes longer than the grace time is given up; a second
 * signal does not wait at all.
 */
export function endOnSignal(app: INestApplication, logger: Logger): void {
  let isEnding = false;
  const end = (signal: NodeJS.Signals): void => {
    if (isEnding) process.exit(ENDED_BY_FORCE);
    isEnding = true;
    logger.log(`${signal}: ending recordings, then the server.`);
    app.get(ReadinessService).set(false, 'the server is about to stop');
    void closeInTime(app, logger).then((exitCode) => process.exit(exitCode));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

async function closeInTime(app: INestApplication, logger: Logger): Promise<number> {
  const tooLate = new Promise<'too-late'>((resolve) => {
    setTimeout(resolve, GRACE_MS, 'too-late').unref();
  });
  try {
    const outcome = await Promise.race([app.close(), tooLate]);
    if (outcome !== 'too-late') return 0;
    logger.error(`Not everything was closed within ${GRACE_MS / 1000} s.`);
  } catch (error) {
    logger.error(error);
  }
  return ENDED_BY_FORCE;
}
