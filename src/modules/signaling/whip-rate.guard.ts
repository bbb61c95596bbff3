import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { clientOf } from '../../platform/http/client-address.js';
import { systemClock } from '../../shared/clock.js';
import { RateLimiter } from '../../shared/rate-limiter.js';
import { WhipRateExceededError } from './signaling.errors.js';

/** How many seconds' worth may come at once, as when a building of cameras has its power back. */
const BURST_SECONDS = 6;
/** A few megabytes of memory. */
const MOST_ADDRESSES = 20_000;

/** How often one address may send what makes work: one for POST, PATCH and DELETE, asked after the credentials were judged. */
@Injectable()
export class WhipRateGuard implements CanActivate {
  private readonly limiter: RateLimiter | undefined;

  constructor(@Inject(APP_CONFIG) { http }: AppConfig) {
    const perSecond = http.whip_rate_per_address;
    const limits = { perSecond, burst: BURST_SECONDS * perSecond, mostKeys: MOST_ADDRESSES };
    this.limiter = perSecond === 0 ? undefined : new RateLimiter(limits, systemClock);
  }

  canActivate(context: ExecutionContext): true {
    const waitSeconds = this.limiter?.take(clientOf(context.switchToHttp().getRequest<Request>()));
    if (waitSeconds !== undefined) throw new WhipRateExceededError(waitSeconds);
    return true;
  }
}
