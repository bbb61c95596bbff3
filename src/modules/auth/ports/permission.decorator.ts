import { applyDecorators, SetMetadata, type CustomDecorator } from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiUnauthorizedResponse } from '@nestjs/swagger';
import type { Right } from './right.js';

/** Who may call a route: bearers of a right, or everyone. */
export type Access = Right | 'public';

export const ACCESS_METADATA = 'aircheck:access';

/** The right that a route wants. A route without this and without {@link Public} wants `admin`. */
export const Permission = (right: Right): ClassDecorator & MethodDecorator =>
  applyDecorators(
    SetMetadata(ACCESS_METADATA, right satisfies Access),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: '`token-missing`, `token-invalid`' }),
    ApiForbiddenResponse({ description: `\`permission-denied\`: it takes the right \`${right}\`` }),
  );

/** Marks a route that everyone may call. */
export const Public = (): CustomDecorator => SetMetadata(ACCESS_METADATA, 'public' satisfies Access);
