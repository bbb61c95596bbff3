import type { ExecutionContext } from '@nestjs/common';
import type { GraphQLResolveInfo } from 'graphql';

/** Places of what a resolver is called with, behind what the field above gave. */
const ARGUMENTS = 1;
const CONTEXT = 2;
const INFO = 3;

/** @returns false for the handler of a route */
export function isResolverCall(context: ExecutionContext): boolean {
  return context.getType<'http' | 'graphql'>() === 'graphql';
}

/** @returns the arguments of the field */
export function argumentsOf(context: ExecutionContext): Readonly<Record<string, unknown>> {
  return context.getArgByIndex<Readonly<Record<string, unknown>>>(ARGUMENTS);
}

/** @returns the operation's context: its maker knows what is in it */
export function operationOf(context: ExecutionContext): object {
  return context.getArgByIndex<object>(CONTEXT);
}

/** @returns the place of the field in the operation */
export function infoOf(context: ExecutionContext): GraphQLResolveInfo {
  return context.getArgByIndex<GraphQLResolveInfo>(INFO);
}
