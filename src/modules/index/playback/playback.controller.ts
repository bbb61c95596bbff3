import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { parseStreamName } from '../../signaling/ports/stream-name.js';
import { PlaybackEntryDto } from '../dto/playback-entry.dto.js';
import { PlaybackEntriesService } from './playback-entries.service.js';
import { ON_SERVER, onStream } from '../../auth/ports/place.js';

@ApiTags('playback')
@Controller('api/playback')
@Permission('playback', onStream('stream'))
export class PlaybackController {
  constructor(private readonly entries: PlaybackEntriesService) {}

  @Get()
  @Permission('playback', ON_SERVER)
  @ApiOperation({ summary: 'Streams that have recordings, sorted' })
  @ApiOkResponse({ type: [String] })
  streams(): Promise<string[]> {
    return this.entries.streams();
  }

  @Get(':stream')
  @ApiOperation({ summary: 'Recordings of a stream, oldest first' })
  @ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
  @ApiOkResponse({ type: [PlaybackEntryDto] })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  async recordings(@Param('stream') stream: string): Promise<PlaybackEntryDto[]> {
    const entries = await this.entries.of(parseStreamName(stream));
    return entries.map((entry) => new PlaybackEntryDto(entry));
  }
}
