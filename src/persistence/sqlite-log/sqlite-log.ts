import type { DataSource } from 'typeorm';
import { inTurn } from '../turns.js';
import { CheckpointThread, type LogPages } from './checkpoint-thread.js';
import { LogSync } from './log-sync.js';
import { OpenLogFile } from './open-log-file.js';

/** 4 MiB, as SQLite has it by itself: the log is copied into the database each time that it has grown by this much. */
const CHECKPOINT_PAGES = 1000;
/** Everybody who writes waits for a checkpoint's last step. */
const BUSY_TIMEOUT_MS = 1000;
/** Somebody who reads for long makes the log grow; it need not stay so large. */
const KEPT_BYTES = 16 * 1024 * 1024;

/**
 * The log of a SQLite database that is written by one connection, kept out of that connection's way: SQLite syncs nothing
 * by itself. Commits are brought to the disk by threads of libuv, and checkpoints are made by a thread of their own.
 */
export class SqliteLog {
  private readonly sync: LogSync;
  private checkpoint: Promise<void> | undefined;
  /** Pages that were in the log when it was last looked whether they can be copied. */
  private pagesTried = 0;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly path: string,
    private readonly file: OpenLogFile,
  ) {
    this.sync = new LogSync(file);
  }

  /**
   * What a process that was killed has left there is on the disk before anybody reads it.
   *
   * @returns undefined where the disk does not take a log, as network file systems do not: then SQLite syncs as it always does
   */
  static async open(dataSource: DataSource, path: string): Promise<SqliteLog | undefined> {
    const [mode] = await dataSource.query<{ journal_mode: string }[]>('PRAGMA journal_mode');
    if (mode?.journal_mode !== 'wal') return undefined;
    // Reading makes the file.
    await dataSource.query('SELECT COUNT(*) FROM "sqlite_master"');
    const file = await OpenLogFile.of(path);
    await file.sync();
    await dataSource.query('PRAGMA synchronous = NORMAL');
    await dataSource.query('PRAGMA wal_autocheckpoint = 0');
    return new SqliteLog(dataSource, path, file);
  }

  /** To be called in turn, before a transaction. @throws {LogNotSyncedError} when nothing that is committed now would be safe */
  async mend(): Promise<void> {
    if (!this.sync.isBroken) return;
    // Nobody else, of another process either, writes to the log meanwhile.
    await this.dataSource.query('BEGIN IMMEDIATE');
    try {
      await this.sync.mend();
    } finally {
      await this.dataSource.query('ROLLBACK');
    }
  }

  /** To be called in turn, after a commit. @returns when it survives a power cut @throws {LogNotSyncedError} */
  synced(): Promise<void> {
    return this.sync.synced();
  }

  /** @returns when everything that was committed survives a power cut @throws {LogNotSyncedError} */
  settled(): Promise<void> {
    return this.sync.settled();
  }

  /** To be called in turn, after a commit: keeps the log from growing. */
  async limit(): Promise<void> {
    if (this.checkpoint !== undefined || this.sync.isBroken) return;
    const log = await this.pages();
    if (log < this.pagesTried) this.pagesTried = 0;
    if (log < this.pagesTried + CHECKPOINT_PAGES) return;
    this.pagesTried = log;
    this.checkpoint = this.copyAndRestart()
      .catch((error: unknown) => {
        process.emitWarning(
          `The log of the database could not be copied into it; this is tried again: ${String(error)}`,
        );
      })
      .finally(() => (this.checkpoint = undefined));
  }

  async close(): Promise<void> {
    await this.checkpoint;
    await this.settled().catch(() => undefined);
    await this.file.close();
  }

  /** What was committed stays that, even if this fails: the next commit asks again. */
  private async pages(): Promise<number> {
    try {
      const [pages] = await this.dataSource.query<LogPages[]>('PRAGMA wal_checkpoint(NOOP)');
      return pages?.log ?? 0;
    } catch {
      return 0;
    }
  }

  /** Most of the work is done while others write; the rest while they wait, else there would always be a rest. */
  private async copyAndRestart(): Promise<void> {
    const { path } = this;
    const thread = new CheckpointThread({ path, busyTimeoutMs: BUSY_TIMEOUT_MS, keptBytes: KEPT_BYTES });
    try {
      await thread.run('copy');
      await inTurn(this.dataSource, async () => {
        if (!this.sync.isBroken) await thread.run('restart');
      });
    } finally {
      await thread.close();
    }
  }
}
