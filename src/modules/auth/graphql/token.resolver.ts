import { Args, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { Instant } from '../../../platform/graphql/scalars.js';
import { InputInvalidError } from '../../../platform/body/body.errors.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import type { Caller } from '../ports/caller.js';
import { CurrentCaller } from '../ports/current-caller.decorator.js';
import { Permission } from '../ports/permission.decorator.js';
import { ON_SERVER } from '../ports/place.js';
import { modeOf } from '../ports/right.js';
import { tokenInput } from '../token-input.js';
import { describeToken } from '../tokens/describe-token.js';
import type { MadeToken } from '../tokens/make-token.js';
import { TokensService } from '../tokens/tokens.service.js';

@InputType()
class CreateTokenInput {
  @Field(() => ID, { description: 'A stream, a pattern (`*` any characters, `?` one), or `*` for all.' })
  readonly stream!: string;

  @Field(() => Int)
  readonly durationSeconds!: number;

  @Field(() => Boolean, { defaultValue: false, description: 'May watch it, and play its recordings back.' })
  readonly subscribe!: boolean;

  @Field(() => Boolean, { defaultValue: false, description: 'May send it.' })
  readonly publish!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'May control its recording and administer it; for `*` the server.',
  })
  readonly admin!: boolean;
}

@ObjectType('CreatedToken')
class CreatedTokenType {
  @Field(() => ID, { description: 'To revoke it by.' })
  readonly id: string;

  @Field(() => String, { description: 'For `Authorization: Bearer …`. It is not told again.' })
  readonly accessToken: string;

  @Field(() => Instant)
  readonly expiresAt: Date;

  constructor({ id, text, expiresAt }: MadeToken) {
    this.id = id;
    this.accessToken = text;
    this.expiresAt = expiresAt;
  }
}

/** Tokens for others. */
@Resolver()
@Permission('admin', ON_SERVER)
export class TokenResolver {
  constructor(private readonly tokens: TokensService) {}

  @Mutation(() => CreatedTokenType, { description: 'Makes a token for a stream, a pattern of streams or all.' })
  @Audited('token-created', { madeMember: 'id', describe: describeToken })
  async createToken(
    @Args('input', { type: () => CreateTokenInput }) { stream, durationSeconds, ...rights }: CreateTokenInput,
    @CurrentCaller() caller: Caller,
  ): Promise<CreatedTokenType> {
    const read = tokenInput.safeParse({ id: stream, duration: durationSeconds, ...rights });
    if (!read.success)
      throw new InputInvalidError(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
    return new CreatedTokenType(
      await this.tokens.create({ scope: stream, mode: modeOf(rights), durationSeconds }, caller),
    );
  }

  @Mutation(() => Boolean, {
    description:
      'Has a token refused from now on, with what was made by it; by other nodes seconds later. False when it has expired anyway.',
  })
  @Audited('token-revoked')
  revokeToken(@Args('id', { type: () => ID }) id: string): Promise<boolean> {
    return this.tokens.revoke(id);
  }
}
