import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DocumentedPage } from '../../../platform/openapi/documented-page.js';
import { idText } from '../../../platform/input/fields.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { deletionQuery, type DeletionQuery } from '../deletion/deletion-query.js';
import { RecordingDeletionService } from '../deletion/recording-deletion.service.js';
import { DeletionDto } from '../dto/deletion.dto.js';
import { DocumentedDeletion } from '../dto/documented-deletion.js';
import { RecordingDto, RecordingPageDto } from '../dto/recording.dto.js';
import { LIST_ORDERS } from '../queries/page-cursor.js';
import { RecordingListService } from './recording-list.service.js';
import { MOST_RECORDINGS, recordingQuery, USUAL_RECORDINGS, type RecordingQuery } from './recording-query.js';
import { ON_SERVER, onStreamOf } from '../../auth/ports/place.js';
import { RecordingOwner } from '../owners/recording-owner.js';

/** What was recorded, by stream and day. */
@ApiTags('recording')
@Controller('api/v1/recordings')
@Permission('playback', onStreamOf(RecordingOwner, 'id'))
export class RecordingController {
  constructor(
    private readonly recordings: RecordingListService,
    private readonly deletion: RecordingDeletionService,
  ) {}

  @Get()
  @Permission('playback', ON_SERVER)
  @ApiOperation({ summary: 'What was recorded, by stream and day' })
  @ApiQuery({ name: 'stream', required: false, description: 'Only of this stream', example: 'cam' })
  @ApiQuery({ name: 'from', required: false, description: 'RFC 3339; the day of it and later ones' })
  @ApiQuery({ name: 'to', required: false, description: 'RFC 3339; days that had begun before' })
  @ApiQuery({
    name: 'order',
    required: false,
    schema: { type: 'string', enum: [...LIST_ORDERS], default: 'newest-first' },
  })
  @DocumentedPage(MOST_RECORDINGS, USUAL_RECORDINGS)
  @ApiOkResponse({ type: RecordingPageDto })
  async list(@Query({ schema: recordingQuery }) query: RecordingQuery): Promise<RecordingPageDto> {
    return new RecordingPageDto(await this.recordings.list(query));
  }

  @Get(':id')
  @ApiOperation({ summary: 'What was recorded of a stream on one day' })
  @ApiParam({ name: 'id', description: 'Of the recording, as in the list' })
  @ApiOkResponse({ type: RecordingDto })
  @ApiResponse({ status: 404, description: '`recording-not-found`' })
  async show(@Param('id', { schema: idText }) id: string): Promise<RecordingDto> {
    return new RecordingDto(await this.recordings.details(id));
  }

  @Delete(':id')
  @Audited('recordings-deleted')
  @Permission('admin', onStreamOf(RecordingOwner, 'id'))
  @ApiOperation({
    summary: 'Delete what was recorded of a stream on one day; what its sessions have of other days stays',
  })
  @ApiParam({ name: 'id', description: 'Of the recording, as in the list' })
  @DocumentedDeletion()
  @ApiResponse({ status: 404, description: '`recording-not-found`' })
  async delete(
    @Param('id', { schema: idText }) id: string,
    @Query({ schema: deletionQuery }) { removeObjects }: DeletionQuery,
  ): Promise<DeletionDto> {
    return new DeletionDto(await this.deletion.deleteRecording(id, removeObjects));
  }
}
