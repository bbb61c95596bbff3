import type { AuditService } from '../audit/audit.service.js';
import { TokenInvalidError } from '../auth/auth.errors.js';
import type { AuthService } from '../auth/auth.service.js';
import { Caller } from '../auth/ports/caller.js';
import { Credential } from '../auth/ports/credential.js';
import type { StreamName } from './ports/stream-name.js';
import { SessionCredentials } from './session-credentials.js';
import type { SignalingService } from './signaling.service.js';

const STREAM = 'cam' as StreamName;
const TOKEN = 'Bearer a-token';

/** One token, which can be revoked. */
class OneToken {
  isRevoked = false;
  private readonly bearer = {
    caller: Caller.ANYONE,
    knownUntilMs: Infinity,
    isSigned: true,
    login: undefined,
  };

  credentialOf(): Promise<Credential> {
    return this.isRevoked ? Promise.reject(new TokenInvalidError()) : Promise.resolve(new Credential(this.bearer, 'a'));
  }

  isWithdrawn(): boolean {
    return this.isRevoked;
  }
}

describe('SessionCredentials', () => {
  let token: OneToken;
  let ended: string[];
  let credentials: SessionCredentials;

  beforeEach(() => {
    jest.useFakeTimers();
    token = new OneToken();
    ended = [];
    const signaling = {
      session: () => ({}),
      subscriber: () => ({}),
      end: (_stream: StreamName, sessionId: string) => Promise.resolve(void ended.push(sessionId)),
    };
    credentials = new SessionCredentials(
      signaling as unknown as SignalingService,
      token as unknown as AuthService,
      { record: () => undefined } as unknown as AuditService,
    );
    credentials.onApplicationBootstrap();
  });

  afterEach(() => {
    credentials.onModuleDestroy();
    jest.useRealTimers();
  });

  it('ends a session whose token was revoked while it was made', async () => {
    await credentials.keepFor(STREAM, TOKEN, () => {
      token.isRevoked = true;
      return Promise.resolve({ sessionId: 's1' });
    });
    await jest.advanceTimersByTimeAsync(5000);

    expect(ended).toEqual(['s1']);
  });

  it('makes none once the token is revoked', async () => {
    const make = jest.fn(() => Promise.resolve({ sessionId: 's1' }));
    token.isRevoked = true;

    await expect(credentials.keepFor(STREAM, TOKEN, make)).rejects.toThrow(TokenInvalidError);
    expect(make).not.toHaveBeenCalled();
  });

  it('leaves a session alone whose token is good', async () => {
    await credentials.keepFor(STREAM, TOKEN, () => Promise.resolve({ sessionId: 's1' }));
    await jest.advanceTimersByTimeAsync(20_000);

    expect(ended).toEqual([]);
  });
});
