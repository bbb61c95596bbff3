import type { RecordingSessionView } from '../index/index.service.js';
import { commitLeftovers } from './leftovers.js';
import type { RecordingContext } from './recording-context.js';

/** The start waits so long for manifests: on a full disk they are written when there is room, and served all the same. */
const MANIFEST_LIMIT_MS = 3_000;

/** A session whose publisher may still come back. */
export interface AdoptableSession {
  readonly session: RecordingSessionView;
  readonly remainingMs: number;
}

/**
 * What a stopped server left behind: open segments are saved, sessions inside their
 * reconnect window wait on, all others are completed. Manifests are static until a publisher is back.
 */
export class RecordingRecovery {
  private readonly publications: Promise<unknown>[] = [];

  constructor(private readonly context: RecordingContext) {}

  /** @returns the sessions that wait on */
  async run(): Promise<AdoptableSession[]> {
    for (const { id } of await this.context.sessions.unpublishedSessions())
      this.publications.push(this.publishEnding(id));
    const waiting: AdoptableSession[] = [];
    for (const session of await this.context.sessions.unfinishedSessions()) {
      const adoptable = await this.recover(session);
      if (adoptable !== undefined) waiting.push(adoptable);
    }
    await this.manifestsWritten();
    return waiting;
  }

  private async recover(left: RecordingSessionView): Promise<AdoptableSession | undefined> {
    await this.salvage(left);
    const session = (await this.context.sessions.session(left.id)) ?? left;
    const adoptable = await this.decide(session);
    const { manifests, sessions } = this.context;
    manifests.setLive(session.directory, false);
    this.publications.push(
      adoptable === undefined
        ? this.publishEnding(session.id)
        : manifests.publishAll(await sessions.directoriesOf(session.id)),
    );
    return adoptable;
  }

  /** Also of a session that had ended already when the server died. */
  private async publishEnding(sessionId: string): Promise<void> {
    const { index, manifests, log, sessions } = this.context;
    try {
      const isWritten = await manifests.publishAll(await sessions.directoriesOf(sessionId));
      if (isWritten) await index.sessionPublished(sessionId);
    } catch (error) {
      log.warn(`How session ${sessionId} ended is written at the next start.`, error);
    }
  }

  private async manifestsWritten(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise((resolve) => {
      timer = setTimeout(resolve, MANIFEST_LIMIT_MS);
    });
    await Promise.race([Promise.all(this.publications), limit]);
    clearTimeout(timer);
  }

  /** A session that cannot be saved must not keep the others, or the server, from starting. */
  private async salvage(session: RecordingSessionView): Promise<void> {
    try {
      await commitLeftovers(this.context, session);
    } catch (error) {
      this.context.log.error(`What ${session.stream} left in ${session.directory} could not be saved.`, error);
    }
  }

  private async decide(session: RecordingSessionView): Promise<AdoptableSession | undefined> {
    const { index, clock, settings } = this.context;
    const lastHeard = lastHeardAt(session);
    const awayMs = Math.max(0, clock.epochMs() - lastHeard.getTime());
    const remainingMs = settings.reconnectWindowMs - awayMs;
    if (session.state === 'finalizing' || remainingMs <= 0) {
      const reason = session.reason ?? 'node-stopped';
      await index.setSessionState(session.id, { state: 'completed', reason, endedAt: lastHeard });
      return undefined;
    }
    await index.setSessionState(session.id, { state: 'interrupted', interruptedAt: lastHeard });
    return { session, remainingMs };
  }
}

function lastHeardAt({ interruptedAt, anchorEpochMs, endMs, startedAt }: RecordingSessionView): Date {
  return interruptedAt ?? (anchorEpochMs === undefined ? startedAt : new Date(anchorEpochMs + endMs));
}
