import type { Request } from 'express';

/** Knows who reads metrics where anybody may. */
export abstract class MetricsAudience {
  /** @returns whether who asks may know which streams there are */
  abstract mayReadNames(request: Request): Promise<boolean>;
}
