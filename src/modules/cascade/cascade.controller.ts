import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER, onStream } from '../auth/ports/place.js';
import { StreamNamePipe } from '../signaling/ports/stream-name.pipe.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import { CascadeService } from './cascade.service.js';
import { CascadeLinkDto } from './dto/cascade.dto.js';
import { CascadeInput, cascadeInput, describeCascade, type CascadeOrder } from './dto/cascade.input.js';

const streamParam = ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' });

/** Streams between servers. */
@ApiTags('cascade')
@Controller('api/cascade')
export class CascadeController {
  constructor(private readonly cascades: CascadeService) {}

  @Get()
  @Permission('watch', ON_SERVER)
  @ApiOperation({ summary: 'The streams that come from other servers or go to them, and how that goes' })
  @ApiOkResponse({ type: [CascadeLinkDto] })
  list(): CascadeLinkDto[] {
    return this.cascades.links.map((link) => new CascadeLinkDto(link));
  }

  @Post(':stream')
  @Audited('cascade-started', { describe: describeCascade })
  @Permission('admin', onStream('stream'))
  @HttpCode(200)
  @ApiOperation({
    summary: 'Publish a stream of another server here, or one of ours there',
    description:
      'Once it has worked it is tried again for ever, until its session, its stream or the cascade is deleted.',
  })
  @streamParam
  @ApiBody({ type: CascadeInput })
  @ApiResponse({ status: 200, description: 'The other server has answered' })
  @ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`, `stream-name-invalid`' })
  @ApiResponse({ status: 403, description: '`cascade-address-forbidden`' })
  @ApiResponse({
    status: 404,
    description: '`stream-not-found`: nobody publishes it, or `strategy.auto_create_whip` is off',
  })
  @ApiResponse({ status: 409, description: '`stream-busy`, `cascade-exists`, `cascade-loop`, `cascades-full`' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 502, description: '`cascade-upstream-failed`, `cascade-candidates-forbidden`' })
  @ApiResponse({
    status: 503,
    description:
      '`node-draining`, `node-full`, `node-overloaded`, `engine-unavailable`, `recording-unavailable`, `stream-full`',
  })
  @ApiResponse({ status: 507, description: '`storage-full`' })
  async begin(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Body({ schema: cascadeInput }) { token, sourceUrl, targetUrl = '' }: CascadeOrder,
  ): Promise<void> {
    if (sourceUrl === undefined) await this.cascades.push(stream, { url: targetUrl, token });
    else await this.cascades.pull(stream, { url: sourceUrl, token });
  }

  @Delete(':stream')
  @Audited('cascade-ended')
  @Permission('admin', onStream('stream'))
  @HttpCode(204)
  @ApiOperation({ summary: 'End it, and say so to the other server' })
  @streamParam
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  @ApiResponse({ status: 404, description: '`cascade-not-found`' })
  async end(@Param('stream', StreamNamePipe) stream: StreamName): Promise<void> {
    await this.cascades.end(stream);
  }
}
