import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { clientOfAddress } from '../../platform/http/client-address.js';
import type { OperationContext } from '../../platform/graphql/operation-context.js';
import { argumentsOf, infoOf, isResolverCall, operationOf } from '../../platform/graphql/resolver-call.js';

/** What there is to say of a call before it is known what came of it. */
export interface Asked {
  readonly address: string;
  /** Of the path, the body, the query or the arguments. */
  readonly stream: string | undefined;
  readonly subject: string | undefined;
  /** `POST /whip/:stream`, or `Mutation.startRecording`. */
  readonly route: string;
  /** Where members may be that have another meaning than these. */
  readonly given: readonly unknown[];
}

/** What of a request that a route has taken is asked for here. */
type RoutedRequest = Pick<Request, 'ip' | 'method' | 'path' | 'params' | 'query'> & {
  readonly route?: { readonly path?: string };
  readonly body?: unknown;
};

type Fields = Readonly<Record<string, unknown>>;

export function askedBy(context: ExecutionContext): Asked {
  return isResolverCall(context) ? askedOfResolver(context) : askedOfRoute(context);
}

function askedOfRoute(context: ExecutionContext): Asked {
  const request = context.switchToHttp().getRequest<RoutedRequest>();
  const { ip = '', method, route, path, params, query, body } = request;
  return {
    address: clientOfAddress(ip),
    stream: textOf([params, body, query], 'stream'),
    subject: textOf([params, body], 'id') ?? textOf([params], 'session'),
    route: `${method} ${route?.path ?? path}`,
    given: [params, body],
  };
}

function askedOfResolver(context: ExecutionContext): Asked {
  const given = argumentsOf(context);
  const { address } = operationOf(context) as OperationContext;
  const { parentType, fieldName } = infoOf(context);
  return {
    address: clientOfAddress(address),
    stream: textOf([given, given['input'], given['filter']], 'stream'),
    subject: textOf([given], 'id'),
    route: `${String(parentType)}.${fieldName}`,
    given: [given, given['input']],
  };
}

/** @returns the first text of that name */
export function textOf(places: readonly unknown[], name: string): string | undefined {
  const values = places.map((place) =>
    typeof place === 'object' && place !== null ? (place as Fields)[name] : undefined,
  );
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}
