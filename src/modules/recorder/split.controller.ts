import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { onStream } from '../auth/ports/place.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import { StreamNamePipe } from '../signaling/ports/stream-name.pipe.js';
import { SplitRecordingDto } from './dto/split-recording.dto.js';
import { RecorderService } from './recorder.service.js';

@ApiTags('recording')
@Controller('api/v1/streams/:stream/recording/split')
@Permission('record', onStream('stream'))
export class SplitController {
  constructor(private readonly recorder: RecorderService) {}

  @Post()
  @Audited('recording-split')
  @HttpCode(200)
  @ApiOperation({ summary: 'End the recording session at the next key frame, where another one goes on' })
  @ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
  @ApiOkResponse({ type: SplitRecordingDto })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  @ApiResponse({ status: 409, description: '`stream-not-recording`' })
  @ApiResponse({ status: 503, description: '`recording-unavailable`, `not-ready`' })
  async split(@Param('stream', StreamNamePipe) stream: StreamName): Promise<SplitRecordingDto> {
    return new SplitRecordingDto(await this.recorder.split(stream));
  }
}
