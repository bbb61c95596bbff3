import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NextFunction, Request, Response } from 'express';
import { clientOfAddress } from '../../platform/http/client-address.js';
import { AuditService } from '../audit/audit.service.js';
import { AuthService } from '../auth/auth.service.js';
import { rememberCaller } from '../auth/ports/caller-in.js';
import { ObjectRangeService } from '../index/object-range.service.js';
import { isPartial, type PlaybackGrant } from './playback-grant.js';
import { callerOfGrant } from './playback-caller.js';
import { SignedUrlScopeError, SignedUrlWithdrawnError } from './playback-urls.errors.js';
import { PlaybackUrlsService } from './playback-urls.service.js';
import { parseSignedPath, targetOf, type SignedPath } from './signed-path.js';

const READING: readonly string[] = ['GET', 'HEAD'];

/** Takes the token out of the path of a signed request, which then goes the way of all others: as a caller of few rights. */
@Injectable()
export class SignedRequests {
  constructor(
    private readonly urls: PlaybackUrlsService,
    private readonly objects: ObjectRangeService,
    private readonly adapterHost: HttpAdapterHost,
    private readonly audit: AuditService,
    private readonly auth: AuthService,
  ) {}

  /** Before the routes are there: the router of Express takes the path as it is when its turn comes. */
  listen(): void {
    this.adapterHost.httpAdapter.use((request: Request, _response: Response, next: NextFunction) => {
      const signed = READING.includes(request.method) ? parseSignedPath(request.url) : undefined;
      if (signed === undefined) next();
      else this.leadOrRefuse(request, signed).then(next, next);
    });
  }

  private async leadOrRefuse(request: Request, signed: SignedPath): Promise<void> {
    try {
      await this.lead(request, signed);
    } catch (error) {
      this.write(error, request);
      throw error;
    }
  }

  private async lead(request: Request, signed: SignedPath): Promise<void> {
    const grant = this.urls.grantOf(signed.token);
    const caller = callerOfGrant(grant);
    if (this.auth.isTakenBack(caller)) throw new SignedUrlWithdrawnError();
    const target = targetOf(signed, grant);
    if (target.type === 'object' && isPartial(grant)) await this.checkPart(target.key, grant);
    request.url = target.url;
    request.originalUrl = target.url;
    rememberCaller(request, caller);
  }

  /** Without the path: its token may be good for something else. */
  private write(error: unknown, { ip = '', method }: Request): void {
    const address = clientOfAddress(ip);
    const subject = `${method} /signed/:token`;
    this.audit.refused(error, { actor: '', address, stream: undefined, subject });
  }

  private async checkPart(key: string, { selection }: PlaybackGrant): Promise<void> {
    if (!(await this.objects.isInside(key, selection))) throw new SignedUrlScopeError();
  }
}
