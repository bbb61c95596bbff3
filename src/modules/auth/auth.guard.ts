import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { PermissionDeniedError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { ACCESS_METADATA, type Access } from './ports/permission.decorator.js';
import type { Caller, Right } from './ports/right.js';

/** Which of a resolver's arguments is the operation's context. */
const GRAPHQL_CONTEXT = 2;

/** Injects the controllers that everyone may call, for those that cannot say so themselves. */
export const OPEN_CONTROLLERS = Symbol('OPEN_CONTROLLERS');

export type OpenControllers = readonly (new (...args: never[]) => object)[];

/** Judges the credentials of every request, before its body is read, and what each GraphQL resolver may be asked for. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly auth: AuthService,
    private readonly reflector: Reflector,
    @Inject(OPEN_CONTROLLERS) private readonly openControllers: OpenControllers,
  ) {}

  canActivate(context: ExecutionContext): true {
    const access = this.accessOf(context);
    if (access === 'public') return true;
    const rights = this.rightsIn(context);
    if (access !== 'signed-in' && !rights.includes(access)) throw new PermissionDeniedError(access);
    return true;
  }

  /** The credentials of a GraphQL operation were judged when its request or its connection came. */
  private rightsIn(context: ExecutionContext): readonly Right[] {
    if (context.getType<'http' | 'graphql'>() === 'graphql')
      return context.getArgByIndex<Caller>(GRAPHQL_CONTEXT).rights;
    const request = context.switchToHttp().getRequest<Request>();
    return this.auth.rightsOf(request.headers.authorization);
  }

  /** What a handler says beats what its controller says. */
  private accessOf(context: ExecutionContext): Access {
    if (this.openControllers.includes(context.getClass())) return 'public';
    const places = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, places) ?? 'admin';
  }
}
