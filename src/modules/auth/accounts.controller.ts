import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Put } from '@nestjs/common';
import {
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { nameText } from '../../platform/input/fields.js';
import { Audited } from '../audit/ports/audited.decorator.js';
import { AccountsService } from './accounts/accounts.service.js';
import { AccountDto, AccountInputDto, PasswordInputDto } from './dto/account.dto.js';
import type { Caller } from './ports/caller.js';
import { CurrentCaller } from './ports/current-caller.decorator.js';
import { Permission } from './ports/permission.decorator.js';
import { ON_SERVER } from './ports/place.js';
import { modeOf } from './ports/right.js';
import { describeRights } from './tokens/describe-token.js';
import { accountInput, passwordInput, type AccountBody, type PasswordBody } from './token-input.js';

/** Who may log in. */
@ApiTags('auth')
@ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`, `password-weak`' })
@Permission('admin', ON_SERVER)
@Controller('api/v1/accounts')
export class AccountsController {
  constructor(private readonly accounts: AccountsService) {}

  @Get()
  @ApiOperation({ summary: 'The accounts of the configuration and of the database' })
  @ApiOkResponse({ type: [AccountDto] })
  list(): AccountDto[] {
    return this.accounts.list().map((facts) => new AccountDto(facts));
  }

  @Post()
  @Audited('account-created', { subjectMember: 'username', describe: describeRights })
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'An account in the database, with no more rights than whoever makes it' })
  @ApiBody({ type: AccountInputDto })
  @ApiResponse({ status: 201, type: AccountDto })
  @ApiResponse({ status: 409, description: '`account-exists`' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`accounts-unavailable`: authorisation is off' })
  async create(
    @Body({ schema: accountInput }) { username, password, id: scope, ...rights }: AccountBody,
    @CurrentCaller() caller: Caller,
  ): Promise<AccountDto> {
    return new AccountDto(await this.accounts.create({ username, password, scope, mode: modeOf(rights) }, caller));
  }

  @Put(':username/password')
  @Audited('account-password-changed', { subjectMember: 'username' })
  @HttpCode(204)
  @ApiOperation({ summary: 'Another password; what log-ins with the old one gave is good no longer' })
  @ApiParam({ name: 'username', example: 'ann' })
  @ApiBody({ type: PasswordInputDto })
  @ApiNoContentResponse()
  @ApiResponse({ status: 404, description: '`account-not-found`' })
  @ApiResponse({ status: 409, description: '`account-configured`: it is in auth.accounts' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  changePassword(
    @Param('username', { schema: nameText }) username: string,
    @Body({ schema: passwordInput }) { password }: PasswordBody,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    return this.accounts.changePassword(username, password, caller);
  }

  @Delete(':username')
  @Audited('account-removed', { subjectMember: 'username' })
  @HttpCode(204)
  @ApiOperation({ summary: 'Removes an account of the database, and ends what its log-ins gave' })
  @ApiParam({ name: 'username', example: 'ann' })
  @ApiNoContentResponse()
  @ApiResponse({ status: 404, description: '`account-not-found`' })
  @ApiResponse({ status: 409, description: '`account-configured`: it is in auth.accounts' })
  remove(@Param('username', { schema: nameText }) username: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.accounts.remove(username, caller);
  }
}
