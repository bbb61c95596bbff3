import type { ManifestService } from '../index/manifest.service.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';

const RETRY_MS = 2_000;

/** Keeps asking for a directory's manifests until they are written; requests while one is under way become one more. */
export class ManifestPublisher {
  private readonly dirty = new Set<string>();
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly manifests: Pick<ManifestService, 'publish' | 'setLive'>,
    private readonly log: FailureLog,
  ) {}

  /** @returns when the manifests say what the rows said at the call */
  publish(directory: string): Promise<void> {
    this.dirty.add(directory);
    const running = this.running.get(directory) ?? this.run(directory);
    this.running.set(directory, running);
    return running;
  }

  async publishAll(directories: readonly string[]): Promise<void> {
    await Promise.all(directories.map((directory) => this.publish(directory)));
  }

  /** As `ManifestService.setLive`. */
  setLive(directory: string, isLive: boolean, nowEpochMs?: () => number): void {
    this.manifests.setLive(directory, isLive, nowEpochMs);
  }

  private async run(directory: string): Promise<void> {
    while (this.dirty.delete(directory)) {
      try {
        await this.manifests.publish(directory);
      } catch (error) {
        this.log.warn(`The manifests of ${directory} could not be written and will be tried again.`, error);
        this.dirty.add(directory);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
    this.running.delete(directory);
  }
}
