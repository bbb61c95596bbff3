import { createHash } from 'node:crypto';
import type { FsyncPolicy } from '../protocol.js';
import type { RecordingFile } from './recording-files.js';

/** A fragment on its way to disk. */
export interface FragmentWrite {
  /** Header and payload; stay as they are until `release` is called. */
  readonly bytes: Uint8Array;
  readonly startTicks: number;
  readonly durationTicks: number;
  /** Those that were received. */
  readonly samples: number;
  readonly startsWithSync: boolean;
  release(): void;
}

/** What a closed segment file holds. */
export interface WrittenFile {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly samples: number;
  readonly independent: boolean;
}

/**
 * The segment file of one track. Writes happen one after another in the order they were asked for; hash and size speak
 * of what was written whole, so after a failure the file is cut back to that.
 */
export class SegmentFile {
  private tail: Promise<void>;
  private file: RecordingFile | undefined;
  private readonly hash = createHash('sha256');
  private sizeBytes = 0;
  private startTicks = 0;
  private endTicks = 0;
  private samples = 0;
  private hasFragment = false;
  private independent = false;
  private isBroken = false;

  /**
   * @param opening the file, empty
   * @param segmentType its first bytes
   * @param failed hears of the first error
   */
  constructor(
    opening: Promise<RecordingFile>,
    segmentType: Uint8Array,
    private readonly fsync: FsyncPolicy,
    private readonly failed: (error: unknown) => void,
  ) {
    this.tail = opening.then(
      (file) => {
        this.file = file;
      },
      (error: unknown) => this.fail(error),
    );
    this.enqueue(() => this.write(segmentType));
  }

  append(fragment: FragmentWrite): void {
    this.enqueue(async () => {
      await this.write(fragment.bytes);
      this.count(fragment);
      if (this.fsync === 'fragment') await this.file?.sync();
    }, fragment);
  }

  /** @returns undefined when nothing in it is of use */
  async close(): Promise<WrittenFile | undefined> {
    await this.tail;
    const { file } = this;
    this.file = undefined;
    if (file === undefined) return undefined;
    try {
      if (this.isBroken) await file.truncate(this.sizeBytes);
      if (this.fsync !== 'off') await file.sync();
    } catch (error) {
      this.fail(error);
      return undefined;
    } finally {
      await file.close().catch((error: unknown) => this.fail(error));
    }
    return this.hasFragment ? this.result() : undefined;
  }

  private enqueue(task: () => Promise<void>, fragment?: FragmentWrite): void {
    this.tail = this.tail.then(async () => {
      try {
        if (!this.isBroken) await task();
      } catch (error) {
        this.fail(error);
      } finally {
        fragment?.release();
      }
    });
  }

  private async write(bytes: Uint8Array): Promise<void> {
    await this.file?.write(bytes, this.sizeBytes);
    this.hash.update(bytes);
    this.sizeBytes += bytes.length;
  }

  private count(fragment: FragmentWrite): void {
    if (!this.hasFragment) {
      this.startTicks = fragment.startTicks;
      this.independent = fragment.startsWithSync;
    }
    this.hasFragment = true;
    this.endTicks = fragment.startTicks + fragment.durationTicks;
    this.samples += fragment.samples;
  }

  private result(): WrittenFile {
    return {
      sizeBytes: this.sizeBytes,
      sha256: this.hash.digest('hex'),
      startTicks: this.startTicks,
      durationTicks: this.endTicks - this.startTicks,
      samples: this.samples,
      independent: this.independent,
    };
  }

  private fail(error: unknown): void {
    if (this.isBroken) return;
    this.isBroken = true;
    this.failed(error);
  }
}
