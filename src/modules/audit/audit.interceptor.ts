import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { tap, type Observable } from 'rxjs';
import { AppError } from '../../shared/errors.js';
import { AccountNames } from '../auth/ports/account-names.js';
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
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const audited = this.reflector.get<Audit | undefined>(AUDIT_METADATA, context.getHandler());
    if (audited === undefined) return next.handle();
    const asked = askedBy(context);
    const { madeMember, subjectMember, describe } = audited;
    // What is made has its id in the answer; that of the request then says for which streams it is.
    const stream = asked.stream ?? (madeMember === undefined ? await this.ownerOf(context) : asked.subject);
    const named = subjectMember === undefined ? asked.subject : textOf(asked.given, subjectMember);
    let answer: unknown;
    const write = (outcome: string): void => {
      this.audit.record({
        event: audited.action,
        outcome,
        actor: this.actorOf(audited, asked, context),
        address: asked.address,
        stream,
        subject: madeMember === undefined ? named : textOf([answer], madeMember),
        detail: describe?.({ given: asked.given, answer }),
      });
    };
    return next.handle().pipe(
      tap({
        next: (given) => {
          answer = given;
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
  private actorOf({ actorMember }: Audit, { given }: Asked, context: ExecutionContext): string {
    if (actorMember === undefined) return callerIn(context).subject;
    const name = textOf(given, actorMember);
    return name !== undefined && this.modules.get(AccountNames, { strict: false }).has(name) ? name : '';
  }
}
