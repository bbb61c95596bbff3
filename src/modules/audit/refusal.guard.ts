import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppError } from '../../shared/errors.js';
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
      if (error instanceof AppError) this.write(error.code, context);
      throw error;
    }
  }

  private write(outcome: string, context: ExecutionContext): void {
    const { address, stream, route } = askedBy(context);
    const actor = findCaller(context)?.subject ?? '';
    this.audit.record({ event: 'refused', outcome, actor, address, stream, subject: route });
  }
}
