import { applyDecorators, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import {
  ApiBearerAuth,
  ApiForbiddenResponse,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Place } from './place.js';
import type { Right } from './right.js';

/** One of some rights, on something. */
export interface WantedRight {
  readonly rights: readonly Right[];
  readonly on: Place;
}

/** Who may call a route or a resolver: bearers of a right, bearers of any token, or everyone. */
export type Access = WantedRight | 'signed-in' | 'public';

const THROTTLED = ApiTooManyRequestsResponse({
  description: '`tokens-throttled`: too many wrong tokens came from the address',
  headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } },
});

export const ACCESS_METADATA = 'aircheck:access';

/** What a handler says beats what its controller says. @returns undefined where neither says anything */
export function statedAccess(reflector: Reflector, context: ExecutionContext): Access | undefined {
  return reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [context.getHandler(), context.getClass()]);
}

/**
 * The right that a route or a resolver wants, one of them where there are more, and on which stream. One without this and
 * without {@link Public} wants `admin` on the server.
 */
export const Permission = (right: Right | readonly Right[], on: Place): ClassDecorator & MethodDecorator => {
  const rights = [right].flat();
  return applyDecorators(
    SetMetadata(ACCESS_METADATA, { rights, on } satisfies Access),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: '`token-missing`, `token-invalid`' }),
    ApiForbiddenResponse({ description: `\`permission-denied\`: ${sentenceOf(rights, on)}` }),
    THROTTLED,
  );
};

/** Marks a route that every bearer may call: what may be done there is judged thing by thing. */
export const SignedIn = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(ACCESS_METADATA, 'signed-in' satisfies Access),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: '`token-missing`, `token-invalid`' }),
    THROTTLED,
  );

/** Marks a route that everyone may call. */
export const Public = (): CustomDecorator => SetMetadata(ACCESS_METADATA, 'public' satisfies Access);

const WHERE: Readonly<Record<Place['by'], string>> = {
  server: 'on all streams',
  stream: 'on the stream',
  owner: 'on its stream',
  content: 'on the streams it is about',
};

function sentenceOf(rights: readonly Right[], on: Place): string {
  const names = rights.map((right) => `\`${right}\``).join(' or ');
  return `it takes the right ${names} ${WHERE[on.by]}`;
}
