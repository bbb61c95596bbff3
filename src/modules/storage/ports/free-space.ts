import { inTime } from '../../../shared/in-time.js';
import type { StorageService } from '../storage.service.js';

const LIMIT_MS = 2_000;

/** The room on the disk. A disk that does not answer is asked once: each question holds a thread until its answer. */
export class FreeSpace {
  private asked: Promise<number> | undefined;

  constructor(private readonly storage: Pick<StorageService, 'freeBytes'>) {}

  /** @throws what the system said, or {TimeLimitError} */
  bytes(): Promise<number> {
    this.asked ??= this.storage.freeBytes().finally(() => {
      this.asked = undefined;
    });
    return inTime(this.asked, LIMIT_MS);
  }
}
