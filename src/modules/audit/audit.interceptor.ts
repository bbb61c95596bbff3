import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { tap, type Observable } from 'rxjs';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { AppError } from '../../shared/errors.js';
import { callerIn } from '../auth/ports/caller-in.js';
import { parameterOf } from '../auth/ports/parameter-of.js';
import { statedAccess } from '../auth/ports/permission.decorator.js';
import { askedBy, textOf, type Asked } from './asked.js';
import { AuditService } from './audit.service.js';
import { AUDIT_METADATA, type Audit } from './ports/audited.decorator.js';

/** Writes down the calls of what is {@link Audited}, over REST and GraphQL alike. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    private readonly audit: AuditService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const audited = this.reflector.get<Audit | undefined>(AUDIT_METADATA, context.getHandler());
    if (audited === undefined) return next.handle();
    const asked = askedBy(context);
    const { madeMember } = audited;
    // What is made has its id in the answer; that of the request then says for which streams it is.
    const stream = asked.stream ?? (madeMember === undefined ? await this.ownerOf(context) : asked.subject);
    let subject = madeMember === undefined ? asked.subject : undefined;
    const write = (outcome: string): void => {
      const { address } = asked;
      this.audit.record({
        event: audited.action,
        outcome,
        actor: this.actorOf(audited, asked, context),
        address,
        stream,
        subject,
      });
    };
    return next.handle().pipe(
      tap({
        next: (answer) => {
          if (madeMember !== undefined) subject = textOf([answer], madeMember);
        },
        complete: () => {
          write('ok');
        },
        error: (error: unknown) => {
          write(error instanceof AppError ? error.code : 'internal');
        },
      }),
    );
  }

  /** Asked before the call: what it deletes is nobody's afterwards. */
  private async ownerOf(context: ExecutionContext): Promise<string | undefined> {
    const access = statedAccess(this.reflector, context);
    if (typeof access !== 'object' || access.on.by !== 'owner') return undefined;
    const { owner, parameter } = access.on;
    return this.modules.get(owner, { strict: false }).streamOf(parameterOf(context, parameter));
  }

  /** A name that is no account's may be a password in the wrong place. */
  private actorOf({ actorMember }: Audit, { body }: Asked, context: ExecutionContext): string {
    if (actorMember === undefined) return callerIn(context).subject;
    const name = textOf([body], actorMember);
    return this.config.auth.accounts.find(({ username }) => username === name)?.username ?? '';
  }
}
