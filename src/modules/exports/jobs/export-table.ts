import { randomUUID } from 'node:crypto';
import { In, LessThan, type DataSource, type EntityManager } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import type { ClipRequest } from '../clips/planned-clip.js';
import { ExportRow } from '../entities/export-row.entity.js';
import type { ExportState } from '../export.js';
import { TooManyExportsError } from '../exports.errors.js';

/** More than this wait for nobody's sake. */
const MOST_WAITING = 100;

/** Rows of exports: what is to be made, what was made, and for how long it is kept. */
export class ExportTable {
  constructor(
    private readonly dataSource: DataSource,
    private readonly nodeAlias: string,
  ) {}

  /** @throws {TooManyExportsError} */
  insert({ stream, selection, format, gaps }: ClipRequest): Promise<ExportRow> {
    return this.write(async (manager) => {
      const waiting = await manager.countBy(ExportRow, { nodeAlias: this.nodeAlias, state: 'waiting' });
      if (waiting >= MOST_WAITING) throw new TooManyExportsError();
      const isRange = 'fromMs' in selection;
      const row: ExportRow = {
        id: randomUUID(),
        stream,
        fromAt: isRange ? new Date(selection.fromMs) : null,
        toAt: isRange && selection.toMs !== undefined ? new Date(selection.toMs) : null,
        sessionId: isRange ? null : selection.sessionId,
        format,
        gaps,
        state: 'waiting',
        nodeAlias: this.nodeAlias,
        attempts: 0,
        ...NOTHING_YET,
        createdAt: new Date(),
      };
      await manager.insert(ExportRow, row);
      return row;
    });
  }

  find(id: string): Promise<ExportRow | null> {
    return this.dataSource.manager.findOneBy(ExportRow, { id });
  }

  findAll(ids: readonly string[]): Promise<ExportRow[]> {
    return this.dataSource.manager.findBy(ExportRow, { id: In(ids) });
  }

  /** @returns the one that waits longest, which runs from now on */
  begin(): Promise<ExportRow | undefined> {
    return this.write(async (manager) => {
      const [next] = await manager.find(ExportRow, {
        where: { nodeAlias: this.nodeAlias, state: 'waiting' },
        order: { createdAt: 'ASC' },
        take: 1,
      });
      if (next === undefined) return undefined;
      const begun = { state: 'running', attempts: next.attempts + 1, startedAt: new Date() } as const;
      await manager.update(ExportRow, { id: next.id }, begun);
      return Object.assign(next, begun);
    });
  }

  /** @returns the row as it is now, null when it was deleted meanwhile */
  update(id: string, changes: Partial<ExportRow>): Promise<ExportRow | null> {
    return this.write(async (manager) => {
      await manager.update(ExportRow, { id }, changes);
      return manager.findOneBy(ExportRow, { id });
    });
  }

  /** @returns false when there was none */
  delete(id: string): Promise<boolean> {
    return this.write(async (manager) => ((await manager.delete(ExportRow, { id })).affected ?? 0) > 0);
  }

  /** What ran when this node stopped, and is not done. */
  interrupted(): Promise<ExportRow[]> {
    return this.ofState(['running']);
  }

  /** Those whose file may lie here. */
  kept(): Promise<ExportRow[]> {
    return this.ofState(['waiting', 'running', 'completed', 'failed']);
  }

  expired(now: Date): Promise<ExportRow[]> {
    return this.dataSource.manager.findBy(ExportRow, { nodeAlias: this.nodeAlias, expiresAt: LessThan(now) });
  }

  private ofState(states: readonly ExportState[]): Promise<ExportRow[]> {
    return this.dataSource.manager.findBy(ExportRow, { nodeAlias: this.nodeAlias, state: In(states) });
  }

  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, work);
  }
}

/** What is known of an export that has not been begun. */
export const NOTHING_YET = {
  sizeBytes: null,
  writtenBytes: null,
  durationMs: null,
  fileName: null,
  contentType: null,
  etag: null,
  problemCode: null,
  problemDetail: null,
  startedAt: null,
  endedAt: null,
  expiresAt: null,
} as const;
