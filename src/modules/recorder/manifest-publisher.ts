import type { ManifestService } from '../index/manifest.service.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';

const RETRY_MS = 2_000;

/** Keeps asking for a directory's manifests until they are written, once for all who wait for them. */
export class ManifestPublisher {
  private readonly retries = new Map<string, Promise<void>>();

  constructor(
    private readonly manifests: Pick<ManifestService, 'publish' | 'setLive'>,
    private readonly log: FailureLog,
  ) {}

  /** @returns when the manifests say what the rows said at the call */
  async publish(directory: string): Promise<void> {
    await this.retries.get(directory);
    if (await this.attempt(directory)) return;
    const retry = this.retries.get(directory) ?? this.retry(directory);
    this.retries.set(directory, retry);
    await retry;
  }

  async publishAll(directories: readonly string[]): Promise<void> {
    await Promise.all(directories.map((directory) => this.publish(directory)));
  }

  /** As `ManifestService.setLive`. */
  setLive(directory: string, isLive: boolean, nowEpochMs?: () => number): void {
    this.manifests.setLive(directory, isLive, nowEpochMs);
  }

  private async retry(directory: string): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    while (!(await this.attempt(directory)));
    this.retries.delete(directory);
  }

  private async attempt(directory: string): Promise<boolean> {
    try {
      await this.manifests.publish(directory);
      return true;
    } catch (error) {
      this.log.warn(`The manifests of ${directory} could not be written and will be tried again.`, error);
      return false;
    }
  }
}
