import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { CredentialKeeper } from './credential.js';

type KeeperType = abstract new (...args: never[]) => CredentialKeeper;

/** What a route ends, by the parameter of its path that names it. */
export interface OwnThing {
  readonly keeper: KeeperType;
  readonly parameter: string;
}

export const ENDS_OWN_METADATA = 'aircheck:ends-own';

/** Marks a route that ends something: the very token that began it is taken there when its time is over too, unless it was revoked. */
export const EndsOwn = (keeper: KeeperType, parameter: string): CustomDecorator =>
  SetMetadata(ENDS_OWN_METADATA, { keeper, parameter } satisfies OwnThing);
