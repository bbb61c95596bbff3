import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { es256, inSeconds, jwt, rs256 } from '../../src/modules/auth/testing/json-web-token.js';

export type KeyAlgorithm = 'RS256' | 'ES256';

type Claims = Readonly<Record<string, unknown>>;

/** An identity provider: its public keys behind a URL, and tokens that they are good for. */
export class KeyProvider implements AsyncDisposable {
  private readonly pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };

  private constructor(private readonly server: Server) {}

  static async start(): Promise<KeyProvider> {
    const server = createServer();
    const provider = new KeyProvider(server);
    server.on('request', (_request, response) => response.end(JSON.stringify({ keys: provider.keys() })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/keys`;
  }

  /** The RSA key as everybody can have it. */
  get publicPem(): string {
    return this.pairs.RS256.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** Good for a minute unless the claims say otherwise. */
  token(alg: KeyAlgorithm, claims: Claims): string {
    const signature = { RS256: rs256, ES256: es256 }[alg](this.pairs[alg].privateKey);
    return jwt({ alg, kid: alg }, { exp: inSeconds(60), ...claims }, signature);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private keys(): object[] {
    return Object.entries(this.pairs).map(([alg, { publicKey }]) => ({
      ...publicKey.export({ format: 'jwk' }),
      alg,
      kid: alg,
    }));
  }
}
