import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Right } from './right.js';

export const PERMISSION_METADATA = 'aircheck:permission';
export const PUBLIC_METADATA = 'aircheck:public';

/** The right that a route wants. A route without this and without {@link Public} wants `admin`. */
export const Permission = (right: Right): CustomDecorator => SetMetadata(PERMISSION_METADATA, right);

/** Marks a route that everyone may call. */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC_METADATA, true);
