import { Body, Controller, Get, Headers, HttpCode, Ip, Options, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
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
import { HOPS_HEADER, hopOf, isLoop, readHops, writeHops } from './ports/stream-hops.js';
import type { StreamName } from './ports/stream-name.js';
import { StreamNamePipe } from './ports/stream-name.pipe.js';
import { SessionEndpoint } from './session-endpoint.js';
import { StreamLoopError } from './signaling.errors.js';
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
    private readonly endpoint: SessionEndpoint,
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
  @ApiResponse({
    status: 307,
    description: '`node-draining`, `node-overloaded`: of a stream that is not here, where another node takes it',
    headers: ELSEWHERE,
  })
  @ApiResponse({ status: 400, description: '`sdp-invalid`, `stream-name-invalid`, `body-malformed`' })
  @ApiResponse({ status: 403, description: '`peer-address-forbidden`: of an ice-lite offer' })
  @ApiResponse({ status: 406, description: '`codec-not-acceptable`' })
  @ApiResponse({
    status: 409,
    description: '`stream-not-live`, where `strategy.auto_create_whep` is off; `cascade-loop`',
  })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 64 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`sdp-unsupported`: no offer that can be answered' })
  @ApiResponse({
    status: 503,
    description:
      '`node-draining`, `node-full`, `node-overloaded`, `stream-quota`, `subscriber-quota`, `whip-rate-exceeded`, `engine-unavailable`, `stream-full`, `not-ready`',
    headers: RETRY_AFTER,
  })
  async subscribe(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Body() offer: string | undefined,
    @Headers('authorization') authorization: string | undefined,
    @Headers(HOPS_HEADER) hopsHeader: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    if (hopsHeader !== undefined) this.tellHops(response, stream, readHops(hopsHeader));
    await this.endpoint.create(response, stream, authorization, async () => {
      const session = await this.subscriptions.subscribe(stream, offer ?? '');
      return { ...session, links: this.layerLinks(stream, session.sessionId) };
    });
  }

  /** Another server that forwards the stream is told where it has come by, unless it has come by there. */
  private tellHops(response: Response, stream: StreamName, asked: readonly string[]): void {
    const hops = [hopOf(stream), ...(this.signaling.findStream(stream)?.publisher?.hops ?? [])];
    if (isLoop(asked, hops)) throw new StreamLoopError(stream);
    response.setHeader(HOPS_HEADER, writeHops(hops));
  }

  /** Where a layer is chosen, while there may be any. */
  private layerLinks(stream: StreamName, sessionId: string): string[] {
    if (this.signaling.findStream(stream)?.mayHaveLayers !== true) return [];
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
    await this.endpoint.describe(response, stream, authorization, ip);
  }
}
