import { Body, Controller, Get, Headers, HttpCode, Ip, Options, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { clientOfAddress } from '../../platform/http/client-address.js';
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
import { SubscriptionService } from './subscription.service.js';
import { WhipRateGuard } from './whip-rate.guard.js';

/** WHEP endpoints (draft-ietf-wish-whep-03 section 4.2). */
@ApiTags('whep')
@ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
@Controller('whep/:stream')
export class WhepController {
  constructor(
    private readonly subscriptions: SubscriptionService,
    private readonly ice: IceService,
    private readonly credentials: SessionCredentials,
    private readonly signaling: SignalingService,
  ) {}

  @Post()
  @Permission('watch', onStream('stream'))
  @UseGuards(WhipRateGuard, new ContentTypeGuard(OFFER_TYPE))
  @ApiOperation({ summary: 'Watch a stream, also before it is live: offer in, answer out' })
  @ApiConsumes(OFFER_TYPE)
  @ApiBody({ description: 'An SDP offer', schema: { type: 'string' } })
  @ApiResponse({
    status: 201,
    description: 'The SDP answer',
    headers: { ...LOCATION, ...ENTITY_TAG, ...ACCEPT_PATCH, ...LINK },
    content: { [OFFER_TYPE]: { schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 400, description: '`sdp-invalid`, `stream-name-invalid`, `body-malformed`' })
  @ApiResponse({ status: 406, description: '`codec-not-acceptable`' })
  @ApiResponse({ status: 409, description: '`stream-not-live`, where `strategy.auto_create_whep` is off' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 64 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`sdp-unsupported`: no offer that can be answered' })
  @ApiResponse({
    status: 503,
    description:
      '`node-draining`, `node-full`, `node-overloaded`, `whip-rate-exceeded`, `engine-unavailable`, `stream-full`, `not-ready`',
    headers: RETRY_AFTER,
  })
  async subscribe(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Body() offer: string | undefined,
    @Headers('authorization') authorization: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const links = this.ice.linkHeaders();
    const { sessionId, answer, entityTag } = await this.subscriptions.subscribe(stream, offer ?? '');
    await this.credentials.keep(stream, sessionId, authorization);
    response.status(201);
    response.setHeader('Content-Type', OFFER_TYPE);
    response.setHeader('Location', `/session/${encodeURIComponent(stream)}/${sessionId}`);
    response.setHeader('ETag', entityTag);
    response.setHeader('Accept-Patch', FRAGMENT_TYPE);
    response.setHeader('Link', [...(await links), ...this.layerLinks(stream, sessionId)]);
    response.end(answer);
  }

  /** Where a layer is chosen, while there are any. */
  private layerLinks(stream: StreamName, sessionId: string): string[] {
    if ((this.signaling.findStream(stream)?.layers ?? []).length === 0) return [];
    return [`</session/${encodeURIComponent(stream)}/${sessionId}/layer>; rel="urn:ietf:params:whep:ext:core:layer"`];
  }

  @Get()
  @Permission('watch', onStream('stream'))
  @HttpCode(204)
  @ApiOperation({ summary: 'Nothing: an endpoint has no representation' })
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
