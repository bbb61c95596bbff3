import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { clientOf } from '../../platform/http/client-address.js';
import { MetricsAudience } from '../../platform/metrics/metrics-audience.js';
import { AuthService } from './auth.service.js';
import type { Right } from './ports/right.js';

/** Whoever sees all streams elsewhere. */
const WANTED: readonly Right[] = ['watch', 'admin'];

/** Names of streams are told to nobody without a token, where tokens are wanted: metrics are open to all. */
@Injectable()
export class MetricsReaders extends MetricsAudience {
  constructor(private readonly auth: AuthService) {
    super();
  }

  async mayReadNames(request: Request): Promise<boolean> {
    const { authorization } = request.headers;
    if (this.auth.isOn && authorization === undefined) return false;
    const caller = await this.auth.findCaller(authorization, () => clientOf(request));
    return caller?.mayOnAll(WANTED) === true;
  }
}
