import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { AuthService } from '../auth/auth.service.js';
import { CredentialKeeper, type Credential } from '../auth/ports/credential.js';
import type { StreamName } from './ports/stream-name.js';
import { SessionNotFoundError } from './signaling.errors.js';
import { SignalingService } from './signaling.service.js';

/** How long a session goes on whose token was revoked. */
const LOOK_EVERY_MS = 5000;

interface Kept {
  readonly stream: StreamName;
  readonly credential: Credential;
}

/**
 * With what credentials sessions were begun: who has them may end theirs, also when their time is over. A session whose token
 * was revoked, or whose account is gone, is ended.
 */
@Injectable()
export class SessionCredentials extends CredentialKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SessionCredentials.name);
  private readonly kept = new Map<string, Kept>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly signaling: SignalingService,
    private readonly auth: AuthService,
    private readonly audit: AuditService,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /**
   * The credentials are read before the session is made: they may be withdrawn meanwhile, and end it then.
   *
   * @param authorization that the session is begun with
   * @throws {TokenMissingError | TokenInvalidError} for credentials that are good no longer
   */
  async keepFor<T extends { readonly sessionId: string }>(
    stream: StreamName,
    authorization: string | undefined,
    make: () => Promise<T>,
  ): Promise<T> {
    const credential = await this.auth.credentialOf(authorization);
    const session = await make();
    if (credential !== undefined) this.kept.set(session.sessionId, { stream, credential });
    return session;
  }

  credentialOf(sessionId: string): Credential | undefined {
    return this.kept.get(sessionId)?.credential;
  }

  private async look(): Promise<void> {
    for (const [sessionId, { stream, credential }] of this.kept) {
      if (!this.isThere(stream, sessionId)) this.kept.delete(sessionId);
      else if (this.auth.isWithdrawn(credential)) await this.end(sessionId, { stream, credential });
    }
  }

  private isThere(stream: StreamName, sessionId: string): boolean {
    const { signaling } = this;
    return (
      isFound(() => signaling.session(stream, sessionId)) || isFound(() => signaling.subscriber(stream, sessionId))
    );
  }

  private async end(sessionId: string, { stream, credential }: Kept): Promise<void> {
    try {
      await this.signaling.end(stream, sessionId);
    } catch (error) {
      this.logger.warn(
        { err: error, stream },
        'A session whose token is withdrawn could not be ended; it is tried again.',
      );
      return;
    }
    this.kept.delete(sessionId);
    const { subject: actor } = credential.bearer.caller;
    const detail = 'its token was revoked, or its account is gone';
    this.audit.record({
      event: 'session-ended',
      outcome: 'ok',
      actor,
      address: '',
      stream,
      subject: sessionId,
      detail,
    });
  }
}

function isFound(find: () => object): boolean {
  try {
    find();
    return true;
  } catch (error) {
    if (error instanceof SessionNotFoundError) return false;
    throw error;
  }
}
