import { Body, Controller, Get, Headers, HttpCode, Ip, Options, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { clientOfAddress } from '../../platform/http/client-address.js';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission, Public } from '../auth/ports/permission.decorator.js';
import { onStream } from '../auth/ports/place.js';
import { IceService } from '../ice/ice.service.js';
import { ContentTypeGuard } from './content-type.guard.js';
import { ACCEPT_PATCH, ACCEPT_POST, ALLOW, ENTITY_TAG, LINK, LOCATION, RETRY_AFTER } from './documented-headers.js';
import { FRAGMENT_TYPE, OFFER_TYPE } from './media-types.js';
import type { StreamName } from './ports/stream-name.js';
import { StreamNamePipe } from './ports/stream-name.pipe.js';
import { SessionCredentials } from './session-credentials.js';
import { SignalingService } from './signaling.service.js';
import { WhipRateGuard } from './whip-rate.guard.js';

/** WHIP endpoints (RFC 9725 section 4.2). */
@ApiTags('whip')
@ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
@Controller('whip/:stream')
export class WhipController {
  constructor(
    private readonly signaling: SignalingService,
    private readonly ice: IceService,
    private readonly credentials: SessionCredentials,
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
  @ApiResponse({ status: 400, description: '`sdp-invalid`, `stream-name-invalid`, `body-malformed`' })
  @ApiResponse({ status: 404, description: '`stream-not-found`, where `strategy.auto_create_whip` is off' })
  @ApiResponse({ status: 406, description: '`codec-not-acceptable`' })
  @ApiResponse({ status: 409, description: '`stream-busy`: somebody publishes it', headers: RETRY_AFTER })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 64 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`sdp-unsupported`: no offer that WHIP allows' })
  @ApiResponse({
    status: 503,
    description:
      '`node-draining`, `node-full`, `node-overloaded`, `whip-rate-exceeded`, `engine-unavailable`, `recording-unavailable`, `not-ready`',
    headers: RETRY_AFTER,
  })
  @ApiResponse({ status: 507, description: '`storage-full`' })
  async publish(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Body() offer: string | undefined,
    @Headers('authorization') authorization: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const links = this.ice.linkHeaders();
    const { sessionId, answer, entityTag } = await this.signaling.publish(stream, offer ?? '');
    await this.credentials.keep(stream, sessionId, authorization);
    response.status(201);
    response.setHeader('Content-Type', OFFER_TYPE);
    response.setHeader('Location', `/session/${encodeURIComponent(stream)}/${sessionId}`);
    response.setHeader('ETag', entityTag);
    response.setHeader('Accept-Patch', FRAGMENT_TYPE);
    response.setHeader('Link', await links);
    response.end(answer);
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
    response.setHeader('Allow', 'GET, OPTIONS, POST');
    response.setHeader('Accept-Post', OFFER_TYPE);
    const credentials = { authorization, address: clientOfAddress(ip) };
    response.setHeader('Link', await this.ice.publicLinkHeaders(stream, credentials));
  }
}
