import type { Engine, LocalTransport, PeerOrder, SessionCloseReason } from '../../engine/index.js';
import type { MediaKind } from '../../media/codecs/codec.js';
import type { IceCredentials } from '../../media/sdp/session.js';
import { systemErrorCode } from '../../shared/errors.js';
import type { FailureLog } from './ports/failure-log.js';
import type { PeerSession } from './peer-session.js';
import type { PublisherSession } from './publisher-session.js';
import { EngineUnavailableError, NodeFullError, SessionNotFoundError } from './signaling.errors.js';
import type { ViewerSession } from './viewer-session.js';

/** What signaling asks of the engine. */
export type SessionEngine = Pick<
  Engine,
  | 'on'
  | 'openPublisher'
  | 'openSubscriber'
  | 'enableSubscriber'
  | 'selectLayer'
  | 'workerOf'
  | 'restartIce'
  | 'closeSession'
>;

/** What is asked of it besides for sessions whose offer is ours. */
export type OfferingEngine = Pick<Engine, 'prepareOffer' | 'forgetOffer'>;

/** The engine's part in sessions: orders to it, and its failures in the words of signaling. */
export class EngineSessions {
  constructor(
    private readonly engine: SessionEngine,
    private readonly log: FailureLog,
  ) {}

  /** @throws what `admissionFailure` makes sense of */
  openPublisher(session: PublisherSession, mostBitsPerSecond: number | undefined): Promise<LocalTransport> {
    return this.engine.openPublisher({ ...peerOf(session), tracks: session.tracks, mostBitsPerSecond });
  }

  /** @throws what `admissionFailure` makes sense of */
  openSubscriber(session: ViewerSession): Promise<LocalTransport> {
    const { tracks, canonicalName } = session;
    return this.engine.openSubscriber({ ...peerOf(session), tracks, canonicalName });
  }

  /** A session that is closed already stays so. @throws {EngineUnavailableError} */
  enable(session: ViewerSession, kind: MediaKind, isEnabled: boolean): Promise<void> {
    return orUnavailable(this.engine.enableSubscriber(session.id, kind, isEnabled));
  }

  /** A session that is closed already stays so. @throws {EngineUnavailableError} */
  selectLayer(session: ViewerSession, rid: string | undefined): Promise<void> {
    return orUnavailable(this.engine.selectLayer(session.id, rid));
  }

  /** @throws {SessionNotFoundError} @throws {EngineUnavailableError} */
  async restart(session: PeerSession, ice: IceCredentials): Promise<LocalTransport> {
    try {
      return await this.engine.restartIce(session.id, ice);
    } catch (error) {
      if (systemErrorCode(error) === 'unknown-session') throw new SessionNotFoundError();
      throw new EngineUnavailableError({ cause: error });
    }
  }

  /** What cannot be closed is logged: the session is over for everybody else. */
  async close(session: PeerSession, reason: SessionCloseReason): Promise<void> {
    try {
      await this.engine.closeSession(session.id, reason);
    } catch (error) {
      if (systemErrorCode(error) !== 'unknown-session') this.log.error('A session could not be closed.', error);
    }
  }
}

/** @returns what to tell a client that could not be let in: by the engine, or by a recording that could not begin */
export function admissionFailure(error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === 'memory-exhausted') return new NodeFullError({ cause: error });
  if (code === 'internal' || code === 'unknown-session') return new EngineUnavailableError({ cause: error });
  return error;
}

async function orUnavailable(order: Promise<void>): Promise<void> {
  try {
    await order;
  } catch (error) {
    throw new EngineUnavailableError({ cause: error });
  }
}

function peerOf({ stream, id, offer, own }: PeerSession): Omit<PeerOrder, 'tracks'> {
  const { ice, fingerprints, setup, candidates, isLite } = offer.transport;
  const { data } = offer;
  const order = {
    ...(data === undefined ? {} : { data: data.data }),
    streamId: stream,
    sessionId: id,
    remoteIce: ice,
    remoteFingerprints: fingerprints,
    remoteSetup: setup,
  };
  const isControlled = own !== undefined || isLite === true;
  return isControlled ? { ...order, controlled: { localIce: own?.ice, candidates } } : order;
}
