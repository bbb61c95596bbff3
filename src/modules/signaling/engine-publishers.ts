import type { Engine, LocalTransport, SessionCloseReason } from '../../engine/index.js';
import type { IceCredentials } from '../../media/sdp/session.js';
import { systemErrorCode } from '../../shared/errors.js';
import type { FailureLog } from './ports/failure-log.js';
import type { PublisherSession } from './publisher-session.js';
import { EngineUnavailableError, NodeFullError, SessionNotFoundError } from './signaling.errors.js';

/** What signaling asks of the engine. */
export type PublisherEngine = Pick<Engine, 'on' | 'openPublisher' | 'restartIce' | 'closeSession'>;

/** The engine's part in sessions: orders to it, and its failures in the words of signaling. */
export class EnginePublishers {
  constructor(
    private readonly engine: PublisherEngine,
    private readonly log: FailureLog,
  ) {}

  /** @throws what `admissionFailure` makes sense of */
  open({ stream, id, tracks, offer }: PublisherSession): Promise<LocalTransport> {
    const { ice, fingerprints, setup } = offer.transport;
    return this.engine.openPublisher({
      streamId: stream,
      sessionId: id,
      tracks,
      remoteIce: ice,
      remoteFingerprints: fingerprints,
      remoteSetup: setup,
    });
  }

  /** @throws {SessionNotFoundError} @throws {EngineUnavailableError} */
  async restart(session: PublisherSession, ice: IceCredentials): Promise<LocalTransport> {
    try {
      return await this.engine.restartIce(session.id, ice);
    } catch (error) {
      if (systemErrorCode(error) === 'unknown-session') throw new SessionNotFoundError();
      throw new EngineUnavailableError({ cause: error });
    }
  }

  /** What cannot be closed is logged: the session is over for everybody else. */
  async close(session: PublisherSession, reason: SessionCloseReason): Promise<void> {
    try {
      await this.engine.closeSession(session.id, reason);
    } catch (error) {
      if (systemErrorCode(error) !== 'unknown-session') this.log.error('A session could not be closed.', error);
    }
  }
}

/** @returns what to tell a publisher that could not be let in: by the engine, or by a recording that could not begin */
export function admissionFailure(error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === 'memory-exhausted') return new NodeFullError({ cause: error });
  if (code === 'internal' || code === 'unknown-session') return new EngineUnavailableError({ cause: error });
  return error;
}
