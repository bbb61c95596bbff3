import { Args, Field, ID, InputType, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { z } from 'zod';
import { InputInvalidError } from '../../../platform/body/body.errors.js';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { Instant } from '../../../platform/graphql/scalars.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { AccountsService, type AccountFacts } from '../accounts/accounts.service.js';
import type { Caller } from '../ports/caller.js';
import { CurrentCaller } from '../ports/current-caller.decorator.js';
import { Permission } from '../ports/permission.decorator.js';
import { ON_SERVER } from '../ports/place.js';
import { modeOf, rightsOfMode, type Right } from '../ports/right.js';
import { accountInput, passwordInput } from '../token-input.js';
import { describeRights } from '../tokens/describe-token.js';

const SourceEnum = enumOf('AccountSource', ['configuration', 'database'], 'Where an account is kept.');

@InputType()
class CreateAccountInput {
  @Field(() => String)
  readonly username!: string;

  @Field(() => String, { description: 'Eight characters at least. It is never shown.' })
  readonly password!: string;

  @Field(() => ID, {
    defaultValue: '*',
    description: 'A stream, a pattern (`*` any characters, `?` one), or `*` for all.',
  })
  readonly scope!: string;

  @Field(() => Boolean, { defaultValue: false, description: 'May watch it, and play its recordings back.' })
  readonly subscribe!: boolean;

  @Field(() => Boolean, { defaultValue: false, description: 'May send it.' })
  readonly publish!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'May control its recording and administer it; for `*` the server. One of the three is true.',
  })
  readonly admin!: boolean;
}

@ObjectType('Account', { description: 'Somebody who may log in.' })
class AccountType {
  @Field(() => String)
  readonly username: string;

  @Field(() => ID, { description: 'A stream, a pattern or `*`.' })
  readonly scope: string;

  @Field(() => [String], { description: 'Of publish, watch, record, playback and admin.' })
  readonly rights: readonly Right[];

  @Field(() => SourceEnum)
  readonly source: AccountFacts['source'];

  @Field(() => Instant, { nullable: true, description: 'Null for one of the configuration.' })
  readonly createdAt: Date | null;

  @Field(() => Instant, { nullable: true, description: 'When it had its password.' })
  readonly changedAt: Date | null;

  constructor({ username, scope, mode, source, createdAt, changedAt }: AccountFacts) {
    this.username = username;
    this.scope = scope;
    this.rights = rightsOfMode(mode);
    this.source = source;
    this.createdAt = createdAt;
    this.changedAt = changedAt;
  }
}

/** Who may log in. */
@Resolver()
@Permission('admin', ON_SERVER)
export class AccountResolver {
  constructor(private readonly service: AccountsService) {}

  @Query(() => [AccountType], { description: 'Those of the configuration, then those of the database.' })
  accounts(): AccountType[] {
    return this.service.list().map((facts) => new AccountType(facts));
  }

  @Mutation(() => AccountType, { description: 'An account in the database, with no more rights than its maker.' })
  @Audited('account-created', { subjectMember: 'username', describe: describeRights })
  async createAccount(
    @Args('input', { type: () => CreateAccountInput }) { scope: id, ...input }: CreateAccountInput,
    @CurrentCaller() caller: Caller,
  ): Promise<AccountType> {
    const { id: scope, username, password, ...rights } = checked(accountInput, { ...input, id });
    return new AccountType(await this.service.create({ username, password, scope, mode: modeOf(rights) }, caller));
  }

  @Mutation(() => Boolean, { description: 'Another password; what log-ins with the old one gave is good no longer.' })
  @Audited('account-password-changed', { subjectMember: 'username' })
  async changeAccountPassword(
    @Args('username') username: string,
    @Args('password') password: string,
    @CurrentCaller() caller: Caller,
  ): Promise<boolean> {
    await this.service.changePassword(username, checked(passwordInput, { password }).password, caller);
    return true;
  }

  @Mutation(() => Boolean, { description: 'Removes an account of the database, and ends what its log-ins gave.' })
  @Audited('account-removed', { subjectMember: 'username' })
  async removeAccount(@Args('username') username: string, @CurrentCaller() caller: Caller): Promise<boolean> {
    await this.service.remove(username, caller);
    return true;
  }
}

/** The rules of REST. @throws {InputInvalidError} */
function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new InputInvalidError(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}
