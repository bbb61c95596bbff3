import { Body, Controller, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { clientOf } from '../../platform/http/client-address.js';
import { Audited } from '../audit/ports/audited.decorator.js';
import { AccessDto } from './dto/access.dto.js';
import { CreatedTokenDto, LoginInputDto, TokenDto, TokenInputDto } from './dto/token.dto.js';
import { deviceMarkOf, giveDeviceMark } from './device-cookie.js';
import type { Caller } from './ports/caller.js';
import { CurrentCaller } from './ports/current-caller.decorator.js';
import { Permission, Public, SignedIn } from './ports/permission.decorator.js';
import { ON_SERVER } from './ports/place.js';
import { modeOf } from './ports/right.js';
import { loginInput, tokenInput, type LoginBody, type TokenBody } from './token-input.js';
import { describeToken } from './tokens/describe-token.js';
import { TokensService } from './tokens/tokens.service.js';

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } } as const;

const SET_COOKIE = {
  'Set-Cookie': { description: 'What has the device go first at its next log-in', schema: { type: 'string' } },
} as const;

/** How one comes by a token, as liveman has it, and what it allows. */
@ApiTags('auth')
@ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`' })
@ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
@ApiResponse({ status: 415, description: '`content-type-unsupported`' })
@Controller('api')
export class AuthController {
  constructor(private readonly tokens: TokensService) {}

  @Post('login')
  @Audited('login', { actorMember: 'username' })
  @Public()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'A token for a user name and a password: it may do what the account may, for a day' })
  @ApiBody({ type: LoginInputDto })
  @ApiOkResponse({ type: TokenDto, headers: SET_COOKIE })
  @ApiResponse({ status: 401, description: '`credentials-wrong`' })
  @ApiResponse({ status: 429, description: '`login-throttled`: too many have failed', headers: RETRY_AFTER })
  @ApiResponse({ status: 503, description: '`login-busy`, `not-ready`', headers: RETRY_AFTER })
  async logIn(
    @Body({ schema: loginInput }) { username, password }: LoginBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenDto> {
    const given = { username, password, address: clientOf(request), mark: deviceMarkOf(request) };
    const { token, mark } = await this.tokens.logIn(given);
    giveDeviceMark(response, mark);
    return new TokenDto(token);
  }

  @Post('token')
  @Audited('token-created', { madeMember: 'id', describe: describeToken })
  @Permission('admin', ON_SERVER)
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary:
      'A token for a stream, a pattern of streams or all, with no more rights and no more time than its maker has',
  })
  @ApiBody({ type: TokenInputDto })
  @ApiOkResponse({ type: CreatedTokenDto })
  @ApiResponse({
    status: 422,
    description: '`token-signing-unavailable`: auth.secret is not configured; `token-chain-too-long`',
  })
  async create(
    @Body({ schema: tokenInput }) { id: scope, duration, ...rights }: TokenBody,
    @CurrentCaller() caller: Caller,
  ): Promise<CreatedTokenDto> {
    const content = { scope, mode: modeOf(rights), durationSeconds: duration };
    return new CreatedTokenDto(await this.tokens.create(content, caller));
  }

  @Get('v1/access')
  @SignedIn()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'What the bearer of the token may do, and with which streams' })
  @ApiOkResponse({ type: AccessDto })
  show(@CurrentCaller() caller: Caller): AccessDto {
    return new AccessDto(caller);
  }
}
