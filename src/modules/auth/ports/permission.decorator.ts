import { applyDecorators, SetMetadata, type CustomDecorator } from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiUnauthorizedResponse } from '@nestjs/swagger';
import type { Right } from './right.js';

/** Who may call a route or a resolver: bearers of a right, bearers of any token, or everyone. */
export type Access = Right | 'signed-in' | 'public';

export const ACCESS_METADATA = 'aircheck:access';

/** The right that a route or a resolver wants. One without this and without {@link Public} wants `admin`. */
export const Permission = (right: Right): ClassDecorator & MethodDecorator =>
  applyDecorators(
    SetMetadata(ACCESS_METADATA, right satisfies Access),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: '`token-missing`, `token-invalid`' }),
    ApiForbiddenResponse({ description: `\`permission-denied\`: it takes the right \`${right}\`` }),
  );

/** Marks a route that every bearer may call: what may be done there is judged thing by thing. */
export const SignedIn = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(ACCESS_METADATA, 'signed-in' satisfies Access),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: '`token-missing`, `token-invalid`' }),
  );

/** Marks a route that everyone may call. */
export const Public = (): CustomDecorator => SetMetadata(ACCESS_METADATA, 'public' satisfies Access);
