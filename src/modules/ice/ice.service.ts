import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { AuthService } from '../auth/auth.service.js';
import type { Right } from '../auth/ports/right.js';
import { CloudflareTurn } from './cloudflare-turn.js';
import { coturnIceServer, type CoturnServer } from './coturn.js';
import type { IceServer } from './ice-server.js';
import { linkHeadersOf, withoutCredentials } from './link-header.js';

/** Who relays media: nobody else is given passwords of TURN servers. */
const SENDING_OR_WATCHING: readonly Right[] = ['publish', 'watch'];

/** What of a request shows who sends it. */
export interface ShownCredentials {
  readonly authorization: string | undefined;
  /** Whose it counts as: see `platform/http/client-address`. */
  readonly address: string;
}

/** A publisher does not wait longer for servers that it may not need. */
const PATIENCE_MS = 1000;

/** Which STUN and TURN servers clients are told to use. */
@Injectable()
export class IceService implements OnApplicationBootstrap {
  private readonly fixed: readonly IceServer[];
  private readonly coturn: CoturnServer | undefined;
  private readonly cloudflare: CloudflareTurn | undefined;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly auth: AuthService,
  ) {
    const { ice_servers: extra, coturn, cloudflare } = config.extra_ice;
    this.fixed = [...config.ice_servers, ...extra];
    this.coturn = coturn.urls.length > 0 ? { ...coturn, ttlSeconds: coturn.ttl } : undefined;
    this.cloudflare = cloudflare.key_id === '' ? undefined : cloudflareOf(cloudflare);
  }

  /** The first publisher does not wait either. */
  onApplicationBootstrap(): void {
    void this.cloudflare?.servers(0);
  }

  /** `Link` values for a caller whose credentials were judged. Credentials of TURN servers are made for this answer. */
  async linkHeaders(): Promise<string[]> {
    return linkHeadersOf(await this.servers());
  }

  /**
   * `Link` values for a caller who need not have credentials, such as a preflight: with authorisation on and without a
   * token to publish or watch the stream STUN only.
   */
  async publicLinkHeaders(stream: string, { authorization, address }: ShownCredentials): Promise<string[]> {
    const caller = await this.auth.findCaller(authorization, () => address);
    if (caller?.may(SENDING_OR_WATCHING, stream) === true) return this.linkHeaders();
    return linkHeadersOf(withoutCredentials([...this.fixed, ...this.coturnServers()]));
  }

  private async servers(): Promise<readonly IceServer[]> {
    return [...this.fixed, ...this.coturnServers(), ...((await this.cloudflare?.servers(PATIENCE_MS)) ?? [])];
  }

  private coturnServers(): readonly IceServer[] {
    return this.coturn === undefined ? [] : [coturnIceServer(this.coturn, Date.now())];
  }
}

function cloudflareOf({
  key_id: keyId,
  api_token: apiToken,
  ttl,
}: AppConfig['extra_ice']['cloudflare']): CloudflareTurn {
  const logger = new Logger(CloudflareTurn.name);
  return new CloudflareTurn({ keyId, apiToken, ttlSeconds: ttl }, (message) => {
    logger.warn(message);
  });
}
