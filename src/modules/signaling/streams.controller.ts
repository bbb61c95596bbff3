import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { Audited } from '../audit/ports/audited.decorator.js';
import { AuthService } from '../auth/auth.service.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER, onStream } from '../auth/ports/place.js';
import { ALL_RIGHTS } from '../auth/ports/right.js';
import { RETRY_AFTER } from './documented-headers.js';
import { StreamDto } from './dto/stream.dto.js';
import type { StreamName } from './ports/stream-name.js';
import { StreamNamePipe } from './ports/stream-name.pipe.js';
import { SignalingService } from './signaling.service.js';
import { StreamsFeed } from './streams-feed.js';

/** `?streams=a&streams=b`, blanks ignored. */
const streamNames = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((names) => [names].flat().filter((name) => name.trim() !== ''));

const onlyThese = ApiQuery({
  name: 'streams',
  required: false,
  isArray: true,
  type: String,
  description: 'Only these',
});

const streamParam = ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' });

/** What is live. */
@ApiTags('streams')
@Controller('api')
export class StreamsController {
  constructor(
    private readonly signaling: SignalingService,
    private readonly feed: StreamsFeed,
    private readonly auth: AuthService,
  ) {}

  @Get('streams')
  @Permission('watch', ON_SERVER)
  @ApiOperation({ summary: 'All streams; sessions are shown for 30 s after their end' })
  @onlyThese
  @ApiOkResponse({ type: [StreamDto] })
  list(@Query('streams', { schema: streamNames }) names: string[]): StreamDto[] {
    return this.signaling.streams(names).map((stream) => new StreamDto(stream));
  }

  @Get('sse/streams')
  @Permission('watch', ON_SERVER)
  @ApiOperation({ summary: 'The list of streams as server-sent events: at once, and whenever it changes' })
  @onlyThese
  @ApiOkResponse({
    description: 'Each event is one `data:` line with the list that `/api/streams` gives',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  follow(
    @Query('streams', { schema: streamNames }) names: string[],
    @Headers('authorization') authorization: string | undefined,
    @Res() response: Response,
  ): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    response.once('close', this.feed.subscribe(response, names));
    const end = this.auth.whenOver(authorization, () => response.end());
    response.once('close', end);
  }

  @Get('streams/:stream')
  @Permission(ALL_RIGHTS, onStream('stream'))
  @ApiOperation({ summary: 'One stream' })
  @streamParam
  @ApiOkResponse({ type: StreamDto })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  @ApiResponse({ status: 404, description: '`stream-not-found`' })
  show(@Param('stream', StreamNamePipe) stream: StreamName): StreamDto {
    return new StreamDto(this.signaling.stream(stream));
  }

  @Post('streams/:stream')
  @Audited('stream-created')
  @Permission('admin', onStream('stream'))
  @HttpCode(204)
  @ApiOperation({
    summary: 'Make a stream before anybody publishes or watches it',
    description: 'One that nobody uses goes after 5 seconds, unless `strategy` lets nobody make streams by using them.',
  })
  @streamParam
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  @ApiResponse({ status: 409, description: '`stream-exists`, `stream-provisioned`' })
  @ApiResponse({ status: 503, description: '`stream-quota`', headers: RETRY_AFTER })
  async create(@Param('stream', StreamNamePipe) stream: StreamName): Promise<void> {
    await this.signaling.createStream(stream);
  }

  @Delete('streams/:stream')
  @Audited('stream-deleted')
  @Permission('admin', onStream('stream'))
  @HttpCode(204)
  @ApiOperation({ summary: 'End a stream, its sessions and its recording' })
  @streamParam
  @ApiResponse({ status: 204 })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  @ApiResponse({ status: 404, description: '`stream-not-found`' })
  @ApiResponse({ status: 409, description: '`stream-provisioned`' })
  async end(@Param('stream', StreamNamePipe) stream: StreamName): Promise<void> {
    await this.signaling.deleteStream(stream);
  }
}
