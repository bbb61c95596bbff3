import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { isResolverCall, operationOf } from '../../../platform/graphql/resolver-call.js';
import { Caller } from './caller.js';

const callers = new WeakMap<Request, Caller>();

export function rememberCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/**
 * @returns who called, as the guard has found out; for a GraphQL operation when its request or its connection came
 * @throws {TypeError} where nobody was asked: a public route
 */
export function callerIn(context: ExecutionContext): Caller {
  const caller = findCaller(context);
  if (caller !== undefined) return caller;
  throw new TypeError('a public route knows no caller');
}

/** @returns undefined where nobody was asked, or nobody yet */
export function findCaller(context: ExecutionContext): Caller | undefined {
  const caller = isResolverCall(context)
    ? (operationOf(context) as { readonly caller: unknown }).caller
    : callers.get(context.switchToHttp().getRequest<Request>());
  return caller instanceof Caller ? caller : undefined;
}
