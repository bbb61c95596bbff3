import { isProgramFault } from '../../shared/errors.js';
import type { ManifestService } from '../index/manifest.service.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';

const RETRY_MS = 2_000;
/** What fails by itself, and by no disk or database, fails again until something else is recorded or deleted. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

/** `refused` by a disk or a database, which come back; `faulty` are rows that no manifest can be made of. */
type Outcome = 'written' | 'refused' | 'faulty';

/** Keeps asking for a directory's manifests until they are written, once for all who wait for them. */
export class ManifestPublisher {
  private readonly retries = new Map<string, Promise<Outcome>>();
  private readonly faulty = new Set<string>();

  constructor(
    private readonly manifests: Pick<ManifestService, 'publish' | 'setLive'>,
    private readonly log: FailureLog,
  ) {}

  /**
   * @returns true when the manifests say what the rows said at the call; false when that cannot be made: nobody is to wait
   * for it, and it is tried again by and by
   */
  async publish(directory: string): Promise<boolean> {
    await this.retries.get(directory);
    let outcome = await this.attempt(directory);
    if (outcome === 'refused') {
      const retry = this.retries.get(directory) ?? this.retry(directory);
      this.retries.set(directory, retry);
      outcome = await retry;
    }
    if (outcome === 'faulty' && !this.faulty.has(directory)) void this.tryRarely(directory);
    return outcome === 'written';
  }

  /** @returns whether all of them are, as {@link publish} */
  async publishAll(directories: readonly string[]): Promise<boolean> {
    const written = await Promise.all(directories.map((directory) => this.publish(directory)));
    return written.every((one) => one);
  }

  /** As `ManifestService.setLive`. */
  setLive(directory: string, isLive: boolean, nowEpochMs?: () => number): void {
    this.manifests.setLive(directory, isLive, nowEpochMs);
  }

  private async retry(directory: string): Promise<Outcome> {
    let outcome: Outcome;
    do {
      await pause(RETRY_MS);
      outcome = await this.attempt(directory);
    } while (outcome === 'refused');
    this.retries.delete(directory);
    return outcome;
  }

  private async tryRarely(directory: string): Promise<void> {
    this.faulty.add(directory);
    let pauseMs = FIRST_PAUSE_MS;
    do {
      await pause(pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    } while ((await this.attempt(directory)) !== 'written');
    this.faulty.delete(directory);
  }

  private async attempt(directory: string): Promise<Outcome> {
    try {
      await this.manifests.publish(directory);
      return 'written';
    } catch (error) {
      if (!isProgramFault(error)) {
        this.log.warn(`The manifests of ${directory} could not be written and will be tried again.`, error);
        return 'refused';
      }
      if (!this.faulty.has(directory)) {
        this.log.error(`The manifests of ${directory} cannot be made, and are tried again by and by.`, error);
      }
      return 'faulty';
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
