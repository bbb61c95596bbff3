import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { PermissionDeniedError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { PERMISSION_METADATA, PUBLIC_METADATA } from './ports/permission.decorator.js';
import type { Right } from './ports/right.js';

/** Injects the controllers that everyone may call, for those that cannot say so themselves. */
export const OPEN_CONTROLLERS = Symbol('OPEN_CONTROLLERS');

export type OpenControllers = readonly (new (...args: never[]) => object)[];

/** Judges the credentials of every request, before its body is read. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly auth: AuthService,
    private readonly reflector: Reflector,
    @Inject(OPEN_CONTROLLERS) private readonly openControllers: OpenControllers,
  ) {}

  canActivate(context: ExecutionContext): true {
    if (this.isOpen(context)) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const rights = this.auth.rightsOf(request.headers.authorization);
    const wanted = this.metadata<Right>(PERMISSION_METADATA, context) ?? 'admin';
    if (!rights.includes(wanted)) throw new PermissionDeniedError(wanted);
    return true;
  }

  private isOpen(context: ExecutionContext): boolean {
    return (
      this.metadata<boolean>(PUBLIC_METADATA, context) === true || this.openControllers.includes(context.getClass())
    );
  }

  private metadata<T>(key: string, context: ExecutionContext): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}
