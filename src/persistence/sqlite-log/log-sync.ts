/** What SQLite has committed could not be brought to the disk: a power cut may take it back. */
export class LogNotSyncedError extends Error {
  override readonly name = 'LogNotSyncedError';

  constructor(cause: unknown) {
    super('What was committed could not be brought to the disk.', { cause });
  }
}

/** Where the log lies. */
export interface LogFile {
  /** Everything that was written before the call is on the disk. */
  sync(): Promise<void>;
  /** Writes once more what is there, all of it. */
  rewrite(): Promise<void>;
}

/**
 * Brings commits to the disk, those together that wait at the same time: one sync runs, and whoever comes meanwhile
 * waits for the next, since the one that runs may have begun before his pages were written.
 *
 * A sync that failed may have cost pages that were never written, and the next one would not say so: the kernel takes
 * them for clean. So nothing counts as synced any more until the log was written once more and synced then.
 */
export class LogSync {
  private running: Promise<void> | undefined;
  private waiting: Promise<void> | undefined;
  private fault: unknown;

  constructor(private readonly file: LogFile) {}

  /** Whether it has to be mended before anything can be committed. */
  get isBroken(): boolean {
    return this.fault !== undefined;
  }

  /** @returns when all that was committed before the call is on the disk @throws {LogNotSyncedError} */
  synced(): Promise<void> {
    if (this.waiting !== undefined) return this.waiting;
    if (this.running === undefined) return this.run();
    const next = (): Promise<void> => {
      this.waiting = undefined;
      return this.run();
    };
    this.waiting = this.running.then(next, next);
    return this.waiting;
  }

  /** As {@link synced}, when everybody who has committed has asked for that already. */
  async settled(): Promise<void> {
    await (this.waiting ?? this.running);
    if (this.isBroken) throw new LogNotSyncedError(this.fault);
  }

  /** To be called while nobody writes to the log. @throws {LogNotSyncedError} when it cannot be mended now */
  async mend(): Promise<void> {
    try {
      await this.file.rewrite();
      await this.file.sync();
      this.fault = undefined;
    } catch (error) {
      throw new LogNotSyncedError(error);
    }
  }

  private run(): Promise<void> {
    const running = this.sync().finally(() => {
      if (this.running === running) this.running = undefined;
    });
    this.running = running;
    return running;
  }

  private async sync(): Promise<void> {
    if (this.isBroken) throw new LogNotSyncedError(this.fault);
    try {
      await this.file.sync();
    } catch (error) {
      this.fault = error;
      throw new LogNotSyncedError(error);
    }
  }
}
