import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { onStream } from '../auth/ports/place.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import { StreamNamePipe } from '../signaling/ports/stream-name.pipe.js';
import { RecordingStatusDto } from './dto/recording-status.dto.js';
import { StartRecordingInput, startRecordingInput } from './dto/start-recording.input.js';
import { StartedRecordingDto } from './dto/started-recording.dto.js';
import { RecorderService } from './recorder.service.js';

/** What is being recorded. */
@ApiTags('recording')
@ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' })
@Controller('api/record/:stream')
@Permission('record', onStream('stream'))
export class RecorderController {
  constructor(private readonly recorder: RecorderService) {}

  @Post()
  @Audited('recording-started')
  @HttpCode(200)
  @ApiOperation({ summary: 'Record a live stream; what runs already is returned' })
  @ApiBody({ type: StartRecordingInput, required: false })
  @ApiOkResponse({ type: StartedRecordingDto })
  @ApiResponse({
    status: 400,
    description: '`stream-name-invalid`, `base-dir-invalid`, `input-invalid`, `body-malformed`',
  })
  @ApiResponse({ status: 404, description: '`stream-not-found`: it is not live' })
  @ApiResponse({ status: 409, description: '`base-dir-taken`' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`unsupported-codec`: nothing of it can be recorded' })
  @ApiResponse({ status: 503, description: '`recording-unavailable`, `engine-unavailable`, `not-ready`' })
  @ApiResponse({ status: 507, description: '`storage-full`' })
  async start(
    @Param('stream', StreamNamePipe) stream: StreamName,
    @Body({ schema: startRecordingInput }) input: StartRecordingInput,
  ): Promise<StartedRecordingDto> {
    return new StartedRecordingDto(await this.recorder.start(stream, input.base_dir));
  }

  @Get()
  @Permission(['record', 'watch', 'playback'], onStream('stream'))
  @ApiOperation({ summary: 'Is the stream being recorded?' })
  @ApiOkResponse({ type: RecordingStatusDto })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  show(@Param('stream', StreamNamePipe) stream: StreamName): RecordingStatusDto {
    return new RecordingStatusDto(this.recorder.isRecording(stream));
  }

  @Delete()
  @Audited('recording-stopped')
  @ApiOperation({ summary: 'Stop recording; nothing starts by itself before the next publish' })
  @ApiOkResponse({ description: 'It is not recorded any more' })
  @ApiResponse({ status: 400, description: '`stream-name-invalid`' })
  async stop(@Param('stream', StreamNamePipe) stream: StreamName): Promise<void> {
    await this.recorder.stop(stream);
  }
}
