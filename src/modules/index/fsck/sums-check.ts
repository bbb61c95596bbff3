import { isDeepStrictEqual } from 'node:util';
import { MoreThan } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import type { Archive } from '../archive/archive.js';
import { RecordingSession, SessionPart } from '../entities/index.js';
import { sumsOfParts, sumsOfSession, type PartSums, type SessionSums } from '../sessions/session-sums.js';
import { placeOf, type DirectoryScope } from './directory-scope.js';
import type { Findings } from './findings.js';

const PAGE_ROWS = 500;
const NO_SEGMENTS = { firstNumber: 0, segmentCount: 0, startMs: 0, endMs: 0, sizeBytes: 0 };

/** Whether sessions and their parts say what their segments make together. */
export class SumsCheck {
  constructor(
    private readonly archive: Archive,
    private readonly findings: Findings,
  ) {}

  async parts(scope: DirectoryScope): Promise<void> {
    const { dataSource } = this.archive;
    const { directory } = scope;
    const sums = await sumsOfParts(dataSource.manager, directory);
    for (const part of scope.parts) {
      const { sessionId } = part;
      const made = sums.get(sessionId) ?? NO_SEGMENTS;
      if (isDeepStrictEqual(partSums(part), made)) continue;
      const message = 'What the row of this part of the session says is not what its segments make.';
      await this.findings.add({ ...placeOf(scope, sessionId), kind: 'sums-wrong', message }, () =>
        inTransaction(dataSource, async (manager) => {
          await manager.update(SessionPart, { directory, sessionId }, made);
        }),
      );
    }
  }

  /** Of all sessions, whatever directories they have been in. */
  async sessions(): Promise<void> {
    const { manager } = this.archive.dataSource;
    for (let last = '', more = true; more;) {
      const page: RecordingSession[] = await manager.find(RecordingSession, {
        where: { id: MoreThan(last) },
        order: { id: 'ASC' },
        take: PAGE_ROWS,
      });
      for (const session of page) await this.session(session);
      last = page.at(-1)?.id ?? last;
      more = page.length === PAGE_ROWS;
    }
  }

  private async session(session: RecordingSession): Promise<void> {
    const { dataSource } = this.archive;
    const { id, stream, directory } = session;
    this.findings.looked.sessions += 1;
    const made = await sumsOfSession(dataSource.manager, id);
    if (isDeepStrictEqual(sessionSums(session), made)) return;
    const message = 'What the row of the session says is not what its segments and gaps make.';
    await this.findings.add({ kind: 'sums-wrong', directory, session: id, stream, message }, () =>
      inTransaction(dataSource, async (manager) => {
        await manager.update(RecordingSession, { id }, made);
      }),
    );
  }
}

function partSums({ firstNumber, segmentCount, startMs, endMs, sizeBytes }: SessionPart): PartSums {
  return { firstNumber, segmentCount, startMs, endMs, sizeBytes };
}

function sessionSums(session: RecordingSession): SessionSums {
  const { firstMediaMs, endMs, durationMs, sizeBytes, segmentCount, nextPeriod, gapCount, gapMs } = session;
  return { firstMediaMs, endMs, durationMs, sizeBytes, segmentCount, nextPeriod, gapCount, gapMs };
}
