import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_SERVER, onStream } from '../../auth/ports/place.js';
import { StreamNamePipe } from '../../signaling/ports/stream-name.pipe.js';
import type { StreamName } from '../../signaling/ports/stream-name.js';
import { NewSourceDto, RemovedSourceDto, SourceDto, SourceListDto, SourceStateDto } from './dto/source.dto.js';
import { describeSource, readSourceUrl, SourceInput, sourceInput } from './dto/source.input.js';
import { SourcesService } from './sources.service.js';

const streamParam = ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' });
const NAME_INVALID = { status: 400, description: '`stream-name-invalid`' } as const;
const NOT_FOUND = { status: 404, description: '`source-not-found`' } as const;

/** Where streams come from by themselves, as live777 has it. */
@ApiTags('cascade')
@Controller('api/sources')
export class SourcesController {
  constructor(private readonly sources: SourcesService) {}

  @Get()
  @Permission('watch', ON_SERVER)
  @ApiOperation({ summary: 'The streams that are fetched from other servers, all the time or on demand' })
  @ApiOkResponse({ type: SourceListDto })
  list(): SourceListDto {
    return new SourceListDto(this.sources.list);
  }

  @Get(':stream')
  @Permission('watch', onStream('stream'))
  @ApiOperation({ summary: 'Where a stream comes from, and how that goes' })
  @streamParam
  @ApiOkResponse({ type: SourceDto })
  @ApiResponse(NAME_INVALID)
  @ApiResponse(NOT_FOUND)
  show(@Param('stream', StreamNamePipe) stream: StreamName): SourceDto {
    return new SourceDto(this.sources.of(stream));
  }

  @Get(':stream/state')
  @Permission('watch', onStream('stream'))
  @ApiOperation({ summary: 'How that goes, alone' })
  @streamParam
  @ApiOkResponse({ type: SourceStateDto })
  @ApiResponse(NAME_INVALID)
  @ApiResponse(NOT_FOUND)
  showState(@Param('stream', StreamNamePipe) stream: StreamName): SourceStateDto {
    return new SourceStateDto(this.sources.of(stream));
  }

  @Post(':stream')
  @Audited('source-added', { describe: describeSource })
  @Permission('admin', onStream('stream'))
  @HttpCode(200)
  @ApiOperation({
    summary: 'Have a stream come from a WHEP endpoint of another server',
    description:
      'Until the source is removed, its stream deleted or the server restarted: it is tried again for ever. A stream with `on_demand` in the configuration is fetched only while it is wanted.',
  })
  @streamParam
  @ApiBody({ type: SourceInput })
  @ApiResponse({ status: 200, type: NewSourceDto, description: 'The other server has answered' })
  @ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`, `stream-name-invalid`' })
  @ApiResponse({ status: 403, description: '`cascade-address-forbidden`' })
  @ApiResponse({
    status: 404,
    description: '`stream-not-found`, where `strategy.auto_create_whip` is off; `source-not-found`: removed meanwhile',
  })
  @ApiResponse({
    status: 409,
    description: '`source-exists`, `stream-busy`, `cascade-loop`, `cascades-full`',
  })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`source-kind-unsupported`: RTSP, an SDP file' })
  @ApiResponse({ status: 502, description: '`cascade-upstream-failed`, `cascade-candidates-forbidden`' })
  @ApiResponse({
    status: 503,
    description: '`node-draining`, `node-full`, `node-overloaded`, `engine-unavailable`, `recording-unavailable`',
  })
  @ApiResponse({ status: 507, description: '`storage-full`' })
  async add(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Body({ schema: sourceInput }) { url }: z.output<typeof sourceInput>,
  ): Promise<NewSourceDto> {
    return new NewSourceDto(await this.sources.create(stream, readSourceUrl(url)));
  }

  @Delete(':stream')
  @Audited('source-removed')
  @Permission('admin', onStream('stream'))
  @ApiOperation({ summary: 'Fetch it no more; 200 also where it had no source' })
  @streamParam
  @ApiOkResponse({ type: RemovedSourceDto })
  @ApiResponse(NAME_INVALID)
  @ApiResponse({ status: 409, description: '`source-configured`: it is part of the configuration' })
  async remove(@Param('stream', StreamNamePipe) stream: StreamName): Promise<RemovedSourceDto> {
    return new RemovedSourceDto(stream, await this.sources.remove(stream));
  }
}
