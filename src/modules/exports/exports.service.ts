import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { AppError } from '../../shared/errors.js';
import type { ByteRange } from '../../shared/byte-range.js';
import { StorageService } from '../storage/storage.service.js';
import { clipBytes } from './clips/clip-bytes.js';
import { ClipPlanner } from './clips/clip-planner.js';
import type { ClipRequest, PlannedClip } from './clips/planned-clip.js';
import { ExportRow } from './entities/export-row.entity.js';
import type { ExportEvent, ExportView } from './export.js';
import { encodeCursor, type ExportQuery } from './export-query.js';
import { ExportNotFoundError, ExportNotReadyError } from './exports.errors.js';
import { ExportFiles } from './jobs/export-files.js';
import { ExportTable, NOTHING_YET } from './jobs/export-table.js';
import { exportView } from './jobs/export-view.js';
import { RunningExport } from './jobs/running-export.js';
import { fileNameOf } from './file-name.js';

const HOUR_MS = 3_600_000;
const SWEEP_EVERY_MS = 60_000;
/** One that never gets to its end does not begin anew with every start. */
const MOST_ATTEMPTS = 3;

export interface ExportPage {
  readonly exports: readonly ExportView[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

/** The file of an export that is done. */
export interface ExportedFile {
  readonly id: string;
  readonly nodeAlias: string;
  /** It lies on this node. */
  readonly isHere: boolean;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly contentType: string;
  readonly fileName: string;
}

/** Files made of recordings, one after the other, and kept for a while. */
@Injectable()
export class ExportsService {
  private readonly logger = new Logger(ExportsService.name);
  private readonly table: ExportTable;
  private readonly files: ExportFiles;
  private readonly running = new Map<string, RunningExport>();
  private readonly listeners = new Set<(event: ExportEvent) => void>();
  private readonly settled = new Set<Promise<void>>();
  private sweeping: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly planner: ClipPlanner,
    private readonly storage: StorageService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.table = new ExportTable(dataSource, config.recorder.node_alias);
    this.files = new ExportFiles(config.exports.dir, config.recorder.min_free_bytes);
  }

  /**
   * @throws what {@link ClipPlanner.check} throws
   * @throws {TooManyExportsError}
   */
  async create(request: ClipRequest): Promise<ExportView> {
    await this.planner.check(request);
    const row = await this.table.insert(request);
    this.changed(row);
    this.wake();
    return this.viewOf(row);
  }

  async search(id: string): Promise<ExportView | undefined> {
    const row = await this.table.find(id);
    return row === null ? undefined : this.viewOf(row);
  }

  /** @throws {ExportNotFoundError} */
  async find(id: string): Promise<ExportView> {
    return this.viewOf(await this.row(id));
  }

  /** @returns those that there are, by their ids */
  async findAll(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, ExportView>> {
    const rows = await this.table.findAll([...ids]);
    return new Map(rows.map((row) => [row.id, this.viewOf(row)]));
  }

  /** Newest first. */
  async list(query: ExportQuery): Promise<ExportPage> {
    const rows = await this.select(query).getMany();
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1) : undefined;
    return { exports: page.map((row) => this.viewOf(row)), nextCursor: last && encodeCursor(last) };
  }

  /** Cancels it where it is not done yet, and takes its file. @throws {ExportNotFoundError} */
  async delete(id: string): Promise<void> {
    await this.remove(await this.row(id));
  }

  /** @throws {ExportNotFoundError | ExportNotReadyError} */
  async file(id: string): Promise<ExportedFile> {
    const { state, sizeBytes, etag, contentType, fileName, nodeAlias } = await this.row(id);
    if (state !== 'completed' || sizeBytes === null || etag === null || contentType === null || fileName === null) {
      throw new ExportNotReadyError(state);
    }
    const isHere = await this.files.has(id, sizeBytes);
    if (!isHere && nodeAlias === this.config.recorder.node_alias) throw new ExportNotFoundError(id);
    return { id, nodeAlias, isHere, sizeBytes, etag, contentType, fileName };
  }

  read(id: string, range: ByteRange): AsyncIterable<Uint8Array> {
    return this.files.read(id, range);
  }

  /** @returns ends the subscription */
  on(listener: (event: ExportEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What was under way when the server stopped begins anew. */
  async onApplicationBootstrap(): Promise<void> {
    await this.files.deleteUnfinished();
    await this.files.deleteOthers(new Set((await this.table.kept()).map(({ id }) => id)));
    for (const { id, attempts } of await this.table.interrupted()) {
      if (attempts >= MOST_ATTEMPTS) await this.fail(id, 'internal', 'The server stopped each time it was made.');
      else await this.table.update(id, { ...NOTHING_YET, state: 'waiting' });
    }
    this.sweeping = setInterval(() => this.track(this.sweep()), SWEEP_EVERY_MS).unref();
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.sweeping);
    for (const running of this.running.values()) running.cancel();
    await Promise.all(this.settled);
  }

  private wake(): void {
    if (this.isStopping || this.settled.size >= this.config.exports.concurrency) return;
    this.track(this.runNext());
  }

  private track(work: Promise<void>): void {
    const settled = work
      .catch((error: unknown) => this.logger.error({ err: error }, 'An export could not be looked after.'))
      .finally(() => this.settled.delete(settled));
    this.settled.add(settled);
  }

  private async runNext(): Promise<void> {
    for (;;) {
      const row = this.isStopping ? undefined : await this.table.begin();
      if (row === undefined) return;
      await this.run(row);
    }
  }

  private async run(row: ExportRow): Promise<void> {
    const { id } = row;
    const running = new RunningExport((writtenBytes) => this.track(this.tell(id, writtenBytes)));
    this.running.set(id, running);
    this.changed(row);
    try {
      await this.make(row, running);
    } catch (error) {
      if (running.signal.aborted) return;
      const isOurs = error instanceof AppError;
      if (!isOurs) this.logger.error({ err: error, export: id }, 'An export failed.');
      await this.fail(id, isOurs ? error.code : 'internal', isOurs ? error.message : 'See the log by the id.');
    } finally {
      this.running.delete(id);
    }
  }

  private async make(row: ExportRow, running: RunningExport): Promise<void> {
    const { id, stream } = row;
    const clip = await this.planner.plan(requestOf(row), running.signal);
    const { sizeBytes, etag, contentType } = clip;
    const fileName = fileNameOf(stream, clip.startEpochMs, clip.extension);
    const durationMs = Math.round(clip.durationSeconds * 1000);
    const facts = { sizeBytes, etag, contentType, fileName, durationMs };
    const planned = await this.table.update(id, facts);
    if (planned !== null) this.changed(planned);
    await this.files.write(id, sizeBytes, running.counted(this.bytesOf(clip), sizeBytes), running.signal);
    this.running.delete(id);
    const done = await this.table.update(id, { state: 'completed', ...this.ended() });
    if (done === null) await this.files.delete(id);
    else this.changed(done);
  }

  private bytesOf(clip: PlannedClip): AsyncIterable<Uint8Array> {
    return clipBytes(this.storage, clip, { start: 0, end: clip.sizeBytes - 1 });
  }

  private async fail(id: string, problemCode: string, problemDetail: string): Promise<void> {
    const failed = await this.table.update(id, { state: 'failed', problemCode, problemDetail, ...this.ended() });
    if (failed !== null) this.changed(failed);
  }

  private ended(): Pick<ExportRow, 'endedAt' | 'expiresAt'> {
    const endedAt = new Date();
    return { endedAt, expiresAt: new Date(endedAt.getTime() + this.config.exports.keep_hours * HOUR_MS) };
  }

  /** What is too old, and what another node has deleted. */
  private async sweep(): Promise<void> {
    for (const row of await this.table.expired(new Date())) await this.remove(row);
    const kept = new Set((await this.table.kept()).map(({ id }) => id));
    for (const [id, running] of this.running) if (!kept.has(id)) running.cancel();
    await this.files.deleteOthers(kept);
  }

  private async remove({ id, stream }: ExportRow): Promise<void> {
    this.running.get(id)?.cancel();
    if (!(await this.table.delete(id))) return;
    await this.files.delete(id);
    this.emit({ type: 'deleted', id, stream });
  }

  private async row(id: string): Promise<ExportRow> {
    const row = await this.table.find(id);
    if (row === null) throw new ExportNotFoundError(id);
    return row;
  }

  /** Other nodes tell it by the row. */
  private async tell(id: string, writtenBytes: number): Promise<void> {
    const row = await this.table.update(id, { writtenBytes });
    if (row !== null) this.changed(row);
  }

  private changed(row: ExportRow): void {
    this.emit({ type: 'changed', export: this.viewOf(row) });
  }

  private emit(event: ExportEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private viewOf(row: ExportRow): ExportView {
    return exportView(row, this.running.get(row.id)?.progress);
  }

  /** One more than the page has, to know whether there is another. */
  private select({ stream, limit, cursor }: ExportQuery): SelectQueryBuilder<ExportRow> {
    const select = this.dataSource.manager.createQueryBuilder(ExportRow, 'export');
    if (stream !== undefined) select.andWhere('export.stream = :stream', { stream });
    if (cursor !== undefined) {
      const isBehind = 'export.createdAt < :createdAt OR (export.createdAt = :createdAt AND export.id < :id)';
      select.andWhere(`(${isBehind})`, cursor);
    }
    return select
      .orderBy('export.createdAt', 'DESC')
      .addOrderBy('export.id', 'DESC')
      .limit(limit + 1);
  }
}

function requestOf({ stream, fromAt, toAt, sessionId, format, gaps }: ExportRow): ClipRequest {
  const selection = sessionId === null ? { fromMs: fromAt?.getTime() ?? 0, toMs: toAt?.getTime() } : { sessionId };
  return { stream, selection, format, gaps };
}
