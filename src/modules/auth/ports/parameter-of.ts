import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { argumentsOf, isResolverCall } from '../../../platform/graphql/resolver-call.js';
import { isPlainText } from '../../../platform/input/fields.js';

/**
 * @param path name of a parameter of the path or of an argument; `a.b` is the field `b` of the argument `a`
 * @returns its text; of a parameter that takes several parts of the path these with slashes, decoded. Empty when there is none,
 * or what nothing can be called
 */
export function parameterOf(context: ExecutionContext, path: string): string {
  const given = isResolverCall(context) ? argumentsOf(context) : context.switchToHttp().getRequest<Request>().params;
  const value = path.split('.').reduce<unknown>(fieldOf, given);
  const text: unknown = Array.isArray(value) ? value.join('/') : value;
  return typeof text === 'string' && isPlainText(text) ? text : '';
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
