import { Body, Controller, Delete, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { onStream } from '../auth/ports/place.js';
import { RETRY_AFTER } from './documented-headers.js';
import { LayerDto, LayerInput, layerInput } from './dto/layer.dto.js';
import type { StreamName } from './ports/stream-name.js';
import { StreamNamePipe } from './ports/stream-name.pipe.js';
import { SignalingService } from './signaling.service.js';
import { WhipRateGuard } from './whip-rate.guard.js';

const NO_LAYERS = '`stream-not-layered`: its publisher sends no layers at present';
const BUSY = '`engine-unavailable`, `whip-rate-exceeded`, `not-ready`';

/** Layers of what a subscriber is sent: of simulcast, or of one stream (SVC). */
@ApiTags('whep')
@ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
@ApiParam({ name: 'session', description: 'As in the `Location` that watching gave' })
@ApiResponse({ status: 400, description: '`stream-name-invalid`' })
@Controller('session/:stream/:session/layer')
@Permission('watch', onStream('stream'))
export class LayerController {
  constructor(private readonly signaling: SignalingService) {}

  @Get()
  @ApiOperation({ summary: 'The layers that a subscriber can be sent' })
  @ApiResponse({
    status: 200,
    type: [LayerDto],
    description: 'Of simulcast in alphabetical order, of one stream best first',
  })
  @ApiResponse({ status: 404, description: '`session-not-found`: no subscriber has this address' })
  @ApiResponse({ status: 409, description: NO_LAYERS })
  list(@Param('stream', StreamNamePipe) stream: StreamName, @Param('session') sessionId: string): LayerDto[] {
    return this.signaling.layersFor(stream, sessionId).map((rid) => new LayerDto(rid));
  }

  @Post()
  @Audited('layer-chosen')
  @UseGuards(WhipRateGuard)
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a subscriber this layer, from when it can be begun, whatever the network carries' })
  @ApiBody({ type: LayerInput })
  @ApiResponse({ status: 200, description: 'Nothing' })
  @ApiResponse({ status: 400, description: '`input-invalid`, `stream-name-invalid`, `body-malformed`' })
  @ApiResponse({ status: 404, description: '`session-not-found`, `layer-not-found`' })
  @ApiResponse({ status: 409, description: NO_LAYERS })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 503, description: BUSY, headers: RETRY_AFTER })
  select(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Param('session') sessionId: string,
    @Body({ schema: layerInput }) { encodingId }: LayerInput,
  ): Promise<void> {
    return this.signaling.selectLayer(stream, sessionId, encodingId ?? undefined);
  }

  @Delete()
  @Audited('layer-chosen')
  @UseGuards(WhipRateGuard)
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a subscriber the best layer that the network carries, as without a choice' })
  @ApiResponse({ status: 200, description: 'Nothing' })
  @ApiResponse({ status: 404, description: '`session-not-found`: no subscriber has this address' })
  @ApiResponse({ status: 503, description: BUSY, headers: RETRY_AFTER })
  release(@Param('stream', StreamNamePipe) stream: StreamName, @Param('session') sessionId: string): Promise<void> {
    return this.signaling.subscriber(stream, sessionId).selectLayer(undefined);
  }
}
