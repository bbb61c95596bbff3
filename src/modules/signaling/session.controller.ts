import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Options,
  Param,
  Patch,
  Post,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Audited } from '../audit/ports/audited.decorator.js';
import type { Caller } from '../auth/ports/caller.js';
import { CurrentCaller } from '../auth/ports/current-caller.decorator.js';
import { EndsOwn } from '../auth/ports/ends-own.decorator.js';
import { Permission, Public } from '../auth/ports/permission.decorator.js';
import { onStream } from '../auth/ports/place.js';
import { ContentTypeGuard } from './content-type.guard.js';
import { ACCEPT_PATCH, ALLOW, ENTITY_TAG, RETRY_AFTER } from './documented-headers.js';
import { describeMute, MuteInput, muteInput } from './dto/mute.input.js';
import { FRAGMENT_TYPE } from './media-types.js';
import type { StreamName } from './ports/stream-name.js';
import { StreamNamePipe } from './ports/stream-name.pipe.js';
import { SessionCredentials } from './session-credentials.js';
import { SignalingService } from './signaling.service.js';
import { WhipRateGuard } from './whip-rate.guard.js';

/** Sessions of WHIP and WHEP (RFC 9725 sections 4.2 and 4.3). What may be done to one takes the right by which it was made. */
@ApiTags('whip')
@ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
@ApiParam({ name: 'session', description: 'As in the `Location` that publishing or watching gave' })
@Controller('session/:stream/:session')
export class SessionController {
  constructor(private readonly signaling: SignalingService) {}

  @Patch()
  @Permission(['publish', 'watch'], onStream('stream'))
  @UseGuards(WhipRateGuard, new ContentTypeGuard(FRAGMENT_TYPE))
  @ApiOperation({ summary: 'Tell candidates, or restart ICE with `If-Match: *`' })
  @ApiConsumes(FRAGMENT_TYPE)
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: '`*` to restart ICE; with candidates the newest `ETag`, or nothing',
  })
  @ApiBody({ description: 'An SDP fragment (RFC 8840)', schema: { type: 'string' } })
  @ApiResponse({
    status: 200,
    description: 'ICE was restarted: our side of it',
    headers: ENTITY_TAG,
    content: { [FRAGMENT_TYPE]: { schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 204, description: 'Candidates were taken' })
  @ApiResponse({ status: 400, description: '`sdp-invalid`, `stream-name-invalid`, `body-malformed`' })
  @ApiResponse({ status: 404, description: '`session-not-found`' })
  @ApiResponse({ status: 412, description: '`entity-tag-mismatch`' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 64 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 428, description: '`ice-restart-condition-required`' })
  @ApiResponse({
    status: 503,
    description: '`engine-unavailable`, `whip-rate-exceeded`, `not-ready`',
    headers: RETRY_AFTER,
  })
  async patch(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Param('session') sessionId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() fragment: string | undefined,
    @CurrentCaller() caller: Caller,
    @Res() response: Response,
  ): Promise<void> {
    this.authorise(caller, stream, sessionId);
    const restarted = await this.signaling.patch(stream, sessionId, fragment ?? '', ifMatch);
    if (restarted === undefined) {
      response.status(204).end();
      return;
    }
    response.setHeader('Content-Type', FRAGMENT_TYPE);
    response.setHeader('ETag', restarted.entityTag);
    response.end(restarted.fragment);
  }

  @Post()
  @Audited('subscriber-muted', { describe: describeMute })
  @Permission('watch', onStream('stream'))
  @UseGuards(WhipRateGuard)
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a subscriber sound or picture, or no longer' })
  @ApiBody({ type: MuteInput })
  @ApiResponse({
    status: 200,
    description: 'An empty object',
    content: { 'application/json': { schema: { type: 'object' } } },
  })
  @ApiResponse({ status: 400, description: '`input-invalid`, `stream-name-invalid`, `body-malformed`' })
  @ApiResponse({ status: 404, description: '`session-not-found`: no subscriber has this address' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 503, description: '`whip-rate-exceeded`, `not-ready`', headers: RETRY_AFTER })
  async mute(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Param('session') sessionId: string,
    @Body({ schema: muteInput }) { kind, enabled }: MuteInput,
  ): Promise<object> {
    await this.signaling.subscriber(stream, sessionId).setEnabled(kind, enabled);
    return {};
  }

  @Delete()
  @Audited('session-ended')
  @EndsOwn(SessionCredentials, 'session')
  @Permission(['publish', 'watch'], onStream('stream'))
  @UseGuards(WhipRateGuard)
  @HttpCode(204)
  @ApiOperation({
    summary:
      'Stop publishing, and the recording ends at once; or stop watching. The token that began it is taken after its time is over too',
  })
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  @ApiResponse({ status: 404, description: '`session-not-found`' })
  @ApiResponse({ status: 503, description: '`whip-rate-exceeded`, `not-ready`', headers: RETRY_AFTER })
  end(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Param('session') sessionId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    this.authorise(caller, stream, sessionId);
    return this.signaling.end(stream, sessionId);
  }

  @Get()
  @Permission(['publish', 'watch'], onStream('stream'))
  @HttpCode(204)
  @ApiOperation({ summary: 'Nothing, as RFC 9725 wants it' })
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  @ApiResponse({ status: 404, description: '`session-not-found`' })
  touch(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Param('session') sessionId: string,
    @CurrentCaller() caller: Caller,
  ): void {
    this.authorise(caller, stream, sessionId);
  }

  @Options()
  @Public()
  @HttpCode(204)
  @ApiOperation({ summary: 'What can be sent here' })
  @ApiResponse({ status: 204, headers: { ...ALLOW, ...ACCEPT_PATCH } })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  describe(@Param('stream', StreamNamePipe) _stream: StreamName, @Res({ passthrough: true }) response: Response): void {
    response.setHeader('Allow', 'DELETE, GET, OPTIONS, PATCH, POST');
    response.setHeader('Accept-Patch', FRAGMENT_TYPE);
  }

  /** @throws {SessionNotFoundError} @throws {PermissionDeniedError} */
  private authorise(caller: Caller, stream: StreamName, sessionId: string): void {
    caller.require(this.signaling.rightFor(stream, sessionId), stream);
  }
}
