import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Engine, type WorkerReachability } from '../../engine/index.js';
import { writeAnswer } from '../../media/sdp/answer.js';
import { negotiate } from '../../media/sdp/negotiation.js';
import { parseOffer } from '../../media/sdp/offer.js';
import { systemErrorCode } from '../../shared/errors.js';
import { EngineUnavailableError, NodeFullError } from '../signaling/signaling.errors.js';
import { TooManyChecksError } from './reachability.errors.js';

/** Time for connectivity checks on a slow way and a handshake; a check that worked ends earlier. */
const CHECK_LIMIT_MS = 15_000;
/** One browser checks each candidate by itself, a few at a time. */
const MOST_CHECKS = 32;

/** How publishers reach this server, and sessions for nothing but to try it. */
@Injectable()
export class ReachabilityService implements OnModuleDestroy {
  private readonly checks = new Map<string, NodeJS.Timeout>();

  constructor(private readonly engine: Engine) {
    engine.on((event) => {
      if (event.type === 'session-state' && event.state === 'closed') this.forget(event.sessionId);
    });
  }

  /** @throws {EngineUnavailableError} */
  async workers(): Promise<WorkerReachability[]> {
    try {
      return await this.engine.reachability();
    } catch (error) {
      throw new EngineUnavailableError({ cause: error });
    }
  }

  /**
   * Answers an offer as WHIP does, for a session that belongs to no stream: it shows whether the caller gets here, and is
   * closed after a while. Its name has a slash, which no stream's has.
   *
   * @throws {SdpError} @throws {NoAcceptableCodecError} @throws {TooManyChecksError} @throws {NodeFullError}
   * @throws {EngineUnavailableError}
   */
  async check(offerText: string): Promise<string> {
    const offer = parseOffer(offerText);
    const tracks = negotiate(offer);
    if (this.checks.size >= MOST_CHECKS) throw new TooManyChecksError(MOST_CHECKS);
    const sessionId = randomUUID();
    this.checks.set(
      sessionId,
      setTimeout(() => void this.end(sessionId), CHECK_LIMIT_MS),
    );
    const { ice, fingerprints, setup } = offer.transport;
    const order = { streamId: `check/${sessionId}`, sessionId, tracks, remoteIce: ice };
    try {
      const local = await this.engine.openPublisher({
        ...order,
        remoteFingerprints: fingerprints,
        remoteSetup: setup,
      });
      return writeAnswer(offer, tracks, local, 1);
    } catch (error) {
      this.forget(sessionId);
      if (systemErrorCode(error) === 'memory-exhausted') throw new NodeFullError({ cause: error });
      throw new EngineUnavailableError({ cause: error });
    }
  }

  /** The engine, which ends later, closes the sessions. */
  onModuleDestroy(): void {
    for (const sessionId of [...this.checks.keys()]) this.forget(sessionId);
  }

  /** A session that is not there any more needs no closing. */
  private async end(sessionId: string): Promise<void> {
    this.forget(sessionId);
    await this.engine.closeSession(sessionId, 'requested').catch(() => undefined);
  }

  private forget(sessionId: string): void {
    clearTimeout(this.checks.get(sessionId));
    this.checks.delete(sessionId);
  }
}
