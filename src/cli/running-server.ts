import { formatListenAddress, parseListenAddress, type AppConfig, type ListenAddress } from '../config/index.js';
import { NO_ORIGIN } from '../modules/auth/ports/origin.js';
import { ALL_MODES } from '../modules/auth/ports/right.js';
import { makeToken } from '../modules/auth/tokens/make-token.js';
import { SigningKey } from '../modules/auth/tokens/signing-key.js';

const LIMIT_MS = 3000;
const TOKEN_SECONDS = 60;

/** The server of a configuration as a command on the same machine reaches it. */
export class RunningServer {
  constructor(private readonly config: AppConfig) {}

  /** Whether an Aircheck answers there; something else that has the port does not count. */
  async isAlive(): Promise<boolean> {
    try {
      const response = await fetch(this.url('/livez'), { signal: AbortSignal.timeout(LIMIT_MS) });
      return response.ok && ((await response.json()) as { status?: unknown }).status === 'ok';
    } catch {
      return false;
    }
  }

  /**
   * Asks as whoever administers the server: by a static token, or one that `auth.secret` signs for the minute.
   *
   * @param body sent as JSON
   * @throws when it does not answer
   */
  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
    const token = await this.token();
    return fetch(this.url(path), {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
  }

  private async token(): Promise<string | undefined> {
    const [token] = this.config.auth.tokens;
    const signing = new SigningKey(this.config);
    if (token !== undefined || !signing.isLasting) return token;
    const rights = { scope: '*', mode: ALL_MODES, subject: undefined, accountVersion: undefined, origin: NO_ORIGIN };
    return (await makeToken(signing.key, { ...rights, durationSeconds: TOKEN_SECONDS })).text;
  }

  private url(path: string): string {
    return `http://${formatListenAddress(ownAddress(listenAddressOf(this.config)))}${path}`;
  }
}

/** @throws {RangeError} when the configuration was not checked */
export function listenAddressOf({ http }: AppConfig): ListenAddress {
  const address = parseListenAddress(http.listen);
  if (address === undefined) throw new RangeError('http.listen was not checked');
  return address;
}

/** Where a server is reached from its own machine that listens on every address. */
function ownAddress({ address, port }: ListenAddress): ListenAddress {
  if (address === '0.0.0.0') return { address: '127.0.0.1', port };
  return address === '::' ? { address: '::1', port } : { address, port };
}
