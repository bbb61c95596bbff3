import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { AuthService } from '../auth/auth.service.js';
import { linkHeadersOf, withoutCredentials } from './link-header.js';

/** Which STUN and TURN servers clients are told to use. */
@Injectable()
export class IceService {
  private readonly links: readonly string[];
  private readonly publicLinks: readonly string[];

  constructor(@Inject(APP_CONFIG) config: AppConfig, auth: AuthService) {
    this.links = linkHeadersOf(config.ice_servers);
    this.publicLinks = auth.isOn ? linkHeadersOf(withoutCredentials(config.ice_servers)) : this.links;
  }

  /** `Link` values for a caller whose credentials were judged. */
  linkHeaders(): string[] {
    return [...this.links];
  }

  /** `Link` values for a caller who need not have any, such as a preflight: with authorisation on, STUN only. */
  publicLinkHeaders(): string[] {
    return [...this.publicLinks];
  }
}
