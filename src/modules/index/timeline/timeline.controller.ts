import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { parseStreamName } from '../../signaling/ports/stream-name.js';
import { TimelineDto } from '../dto/timeline.dto.js';
import { timelineQuery, type TimelineQuery } from './timeline-query.js';
import { TimelineService } from './timeline.service.js';
import { onStream } from '../../auth/ports/place.js';

@ApiTags('playback')
@Controller('api/v1/streams/:stream/timeline')
@Permission('playback', onStream('stream'))
export class TimelineController {
  constructor(private readonly timelines: TimelineService) {}

  @Get()
  @ApiOperation({ summary: 'What is recorded of a stream in some time, and why there is nothing between' })
  @ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
  @ApiQuery({ name: 'from', description: 'RFC 3339', example: '2026-11-20T00:00:00Z' })
  @ApiQuery({ name: 'to', description: 'RFC 3339, not part of it', example: '2026-11-21T00:00:00Z' })
  @ApiQuery({
    name: 'resolution',
    required: false,
    description:
      'Seconds: ranges nearer than that are one, and shorter gaps are left out. A thousandth of the time when absent; coarser where there are thousands of gaps',
    schema: { type: 'number', minimum: 0, maximum: 86_400 },
  })
  @ApiOkResponse({ type: TimelineDto })
  @ApiResponse({
    status: 400,
    description: '`input-invalid`, `stream-name-invalid`, `range-invalid`, `range-in-future`, `range-too-long`',
  })
  @ApiResponse({ status: 404, description: '`stream-not-recorded`' })
  @ApiResponse({
    status: 410,
    description: '`range-gone`: nothing is left of the stream, and something of this time was deleted',
  })
  async show(
    @Param('stream') stream: string,
    @Query({ schema: timelineQuery }) { from, to, resolution }: TimelineQuery,
  ): Promise<TimelineDto> {
    const timeline = await this.timelines.timeline({
      stream: parseStreamName(stream),
      fromMs: from.getTime(),
      toMs: to.getTime(),
      resolutionMs: resolution === undefined ? undefined : resolution * 1000,
    });
    return new TimelineDto(timeline);
  }
}
