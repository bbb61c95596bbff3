import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { findCaller } from '../auth/ports/caller-in.js';
import { askedBy } from './asked.js';
import { AuditService } from './audit.service.js';

/** Injects the guard that judges credentials and rights. */
export const JUDGE = Symbol('JUDGE');

/** Asks the guard, and writes down whom it sends away. */
@Injectable()
export class RefusalGuard implements CanActivate {
  constructor(
    @Inject(JUDGE) private readonly judge: CanActivate,
    private readonly audit: AuditService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      return (await this.judge.canActivate(context)) === true;
    } catch (error) {
      const { address, stream, route } = askedBy(context);
      const actor = findCaller(context)?.subject ?? '';
      this.audit.refused(error, { actor, address, stream, subject: route });
      throw error;
    }
  }
}
