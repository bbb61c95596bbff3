import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Caller } from './caller.js';

/** Which of a resolver's arguments is the operation's context. */
const GRAPHQL_CONTEXT = 2;

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
  const caller =
    context.getType<'http' | 'graphql'>() === 'graphql'
      ? context.getArgByIndex<{ readonly caller: unknown }>(GRAPHQL_CONTEXT).caller
      : callers.get(context.switchToHttp().getRequest<Request>());
  return caller instanceof Caller ? caller : undefined;
}
