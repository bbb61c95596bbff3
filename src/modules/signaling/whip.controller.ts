import { Body, Controller, Get, Headers, HttpCode, Ip, Options, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission, Public } from '../auth/ports/permission.decorator.js';
import { onStream } from '../auth/ports/place.js';
import { ContentTypeGuard } from './content-type.guard.js';
import {
  ACCEPT_PATCH,
  ACCEPT_POST,
  ALLOW,
  ELSEWHERE,
  ENTITY_TAG,
  LINK,
  LOCATION,
  RETRY_AFTER,
} from './documented-headers.js';
import { OFFER_TYPE } from './media-types.js';
import { HOPS_HEADER, hopOf, isLoop, readHops } from './ports/stream-hops.js';
import type { StreamName } from './ports/stream-name.js';
import { StreamNamePipe } from './ports/stream-name.pipe.js';
import { SessionEndpoint } from './session-endpoint.js';
import { StreamLoopError } from './signaling.errors.js';
import { SignalingService } from './signaling.service.js';
import { WhipRateGuard } from './whip-rate.guard.js';

/** WHIP endpoints (RFC 9725 section 4.2). */
@ApiTags('whip')
@ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
@Controller('whip/:stream')
export class WhipController {
  constructor(
    private readonly signaling: SignalingService,
    private readonly endpoint: SessionEndpoint,
  ) {}

  @Post()
  @Audited('publish-started')
  @Permission('publish', onStream('stream'))
  @UseGuards(WhipRateGuard, new ContentTypeGuard(OFFER_TYPE))
  @ApiOperation({ summary: 'Publish a stream: offer in, answer out' })
  @ApiConsumes(OFFER_TYPE)
  @ApiBody({ description: 'An SDP offer', schema: { type: 'string' } })
  @ApiResponse({
    status: 201,
    description: 'The SDP answer',
    headers: { ...LOCATION, ...ENTITY_TAG, ...ACCEPT_PATCH, ...LINK },
    content: { [OFFER_TYPE]: { schema: { type: 'string' } } },
  })
  @ApiResponse({
    status: 307,
    description: '`node-draining`, `node-overloaded`, where another node takes new sessions',
    headers: ELSEWHERE,
  })
  @ApiResponse({ status: 400, description: '`sdp-invalid`, `stream-name-invalid`, `body-malformed`' })
  @ApiResponse({ status: 403, description: '`peer-address-forbidden`: of an ice-lite offer' })
  @ApiResponse({ status: 404, description: '`stream-not-found`, where `strategy.auto_create_whip` is off' })
  @ApiResponse({ status: 406, description: '`codec-not-acceptable`' })
  @ApiResponse({
    status: 409,
    description: '`stream-busy`: somebody publishes it; `cascade-loop`',
    headers: RETRY_AFTER,
  })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 64 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`sdp-unsupported`: no offer that WHIP allows' })
  @ApiResponse({
    status: 429,
    description: '`bitrate-exceeded`: its publisher was sent away a moment ago',
    headers: RETRY_AFTER,
  })
  @ApiResponse({
    status: 503,
    description:
      '`node-draining`, `node-full`, `node-overloaded`, `stream-quota`, `publisher-quota`, `incoming-quota`, `whip-rate-exceeded`, `engine-unavailable`, `recording-unavailable`, `not-ready`',
    headers: RETRY_AFTER,
  })
  @ApiResponse({ status: 507, description: '`storage-full`' })
  async publish(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Body() offer: string | undefined,
    @Headers('authorization') authorization: string | undefined,
    @Headers(HOPS_HEADER) hopsHeader: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const hops = readHops(hopsHeader);
    if (isLoop(hops, [hopOf(stream)])) throw new StreamLoopError(stream);
    await this.endpoint.create(response, stream, authorization, () =>
      this.signaling.publish(stream, offer ?? '', hops),
    );
  }

  @Get()
  @Permission('publish', onStream('stream'))
  @HttpCode(204)
  @ApiOperation({ summary: 'Nothing, as RFC 9725 wants it' })
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  touch(@Param('stream', StreamNamePipe) _stream: StreamName): void {
    // An endpoint has no representation.
  }

  @Options()
  @Public()
  @HttpCode(204)
  @ApiOperation({ summary: 'What can be posted here, and which ICE servers to use' })
  @ApiResponse({ status: 204, headers: { ...ALLOW, ...ACCEPT_POST, ...LINK } })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  async describe(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Headers('authorization') authorization: string | undefined,
    @Ip() ip: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.endpoint.describe(response, stream, authorization, ip);
  }
}
