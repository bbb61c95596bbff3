import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DocumentedPage } from '../../../platform/openapi/documented-page.js';
import { idText } from '../../../platform/input/fields.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_SERVER, onStreamOf } from '../../auth/ports/place.js';
import {
  deletionQuery,
  filteredDeletionQuery,
  type DeletionQuery,
  type FilteredDeletionQuery,
} from '../deletion/deletion-query.js';
import { RecordingDeletionService } from '../deletion/recording-deletion.service.js';
import { DeletionDto } from '../dto/deletion.dto.js';
import { DocumentedDeletion } from '../dto/documented-deletion.js';
import { RecordingSessionDetailsDto, RecordingSessionPageDto } from '../dto/recording-session.dto.js';
import { LIST_ORDERS } from '../queries/page-cursor.js';
import { RECORDING_SESSION_STATES } from './recording-session.js';
import { SessionHoldService } from './session-hold.service.js';
import { SessionListService } from './session-list.service.js';
import { MOST_SESSIONS, sessionQuery, type SessionQuery, USUAL_SESSIONS } from './session-query.js';
import { SessionOwner } from '../owners/session-owner.js';

@ApiTags('recording')
@Controller('api/v1/sessions')
@Permission('playback', onStreamOf(SessionOwner, 'id'))
export class RecordingSessionController {
  constructor(
    private readonly sessions: SessionListService,
    private readonly holds: SessionHoldService,
    private readonly deletion: RecordingDeletionService,
  ) {}

  @Get()
  @Permission('playback', ON_SERVER)
  @ApiOperation({ summary: 'Recording sessions and how complete they are' })
  @ApiQuery({ name: 'stream', required: false, description: 'Only of this stream', example: 'cam' })
  @ApiQuery({ name: 'node', required: false, description: 'Only of the node of this alias' })
  @ApiQuery({ name: 'from', required: false, description: 'RFC 3339; sessions that had not ended by then' })
  @ApiQuery({ name: 'to', required: false, description: 'RFC 3339; sessions that had begun before' })
  @ApiQuery({ name: 'state', required: false, enum: RECORDING_SESSION_STATES })
  @ApiQuery({
    name: 'order',
    required: false,
    schema: { type: 'string', enum: [...LIST_ORDERS], default: 'newest-first' },
  })
  @DocumentedPage(MOST_SESSIONS, USUAL_SESSIONS)
  @ApiOkResponse({ type: RecordingSessionPageDto })
  async list(@Query({ schema: sessionQuery }) query: SessionQuery): Promise<RecordingSessionPageDto> {
    return new RecordingSessionPageDto(await this.sessions.list(query));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One recording session, with its gaps' })
  @ApiParam({ name: 'id', description: 'Of the session, as in the list' })
  @ApiOkResponse({ type: RecordingSessionDetailsDto })
  @ApiResponse({ status: 404, description: '`recording-session-not-found`' })
  async show(@Param('id', { schema: idText }) id: string): Promise<RecordingSessionDetailsDto> {
    return new RecordingSessionDetailsDto(await this.sessions.details(id));
  }

  @Delete()
  @Audited('recordings-deleted')
  @Permission('admin', ON_SERVER)
  @ApiOperation({ summary: 'Delete the sessions of a stream, of a range of time, or both; one of the three is needed' })
  @ApiQuery({ name: 'stream', required: false, description: 'Only of this stream', example: 'cam' })
  @ApiQuery({ name: 'from', required: false, description: 'RFC 3339; only sessions that began then or later' })
  @ApiQuery({ name: 'to', required: false, description: 'RFC 3339; only sessions that had ended by then' })
  @DocumentedDeletion()
  async deleteMatching(@Query({ schema: filteredDeletionQuery }) query: FilteredDeletionQuery): Promise<DeletionDto> {
    return new DeletionDto(await this.deletion.deleteMatching(query));
  }

  @Delete(':id')
  @Audited('recordings-deleted')
  @Permission('admin', onStreamOf(SessionOwner, 'id'))
  @ApiOperation({ summary: 'Delete a recording session that has ended' })
  @ApiParam({ name: 'id', description: 'Of the session, as in the list' })
  @DocumentedDeletion()
  @ApiResponse({ status: 404, description: '`recording-session-not-found`' })
  async delete(
    @Param('id', { schema: idText }) id: string,
    @Query({ schema: deletionQuery }) { removeObjects }: DeletionQuery,
  ): Promise<DeletionDto> {
    return new DeletionDto(await this.deletion.deleteSessions([id], removeObjects));
  }

  @Put(':id/hold')
  @Audited('hold-placed')
  @HttpCode(204)
  @Permission('admin', onStreamOf(SessionOwner, 'id'))
  @ApiOperation({ summary: 'Keep a session from being deleted, by whomever' })
  @ApiParam({ name: 'id', description: 'Of the session, as in the list' })
  @ApiResponse({ status: 204, description: 'It is held' })
  @ApiResponse({ status: 404, description: '`recording-session-not-found`' })
  hold(@Param('id', { schema: idText }) id: string): Promise<void> {
    return this.holds.hold(id);
  }

  @Delete(':id/hold')
  @Audited('hold-released')
  @HttpCode(204)
  @Permission('admin', onStreamOf(SessionOwner, 'id'))
  @ApiOperation({ summary: 'Let a session be deleted again' })
  @ApiParam({ name: 'id', description: 'Of the session, as in the list' })
  @ApiResponse({ status: 204, description: 'It is not held' })
  @ApiResponse({ status: 404, description: '`recording-session-not-found`' })
  release(@Param('id', { schema: idText }) id: string): Promise<void> {
    return this.holds.release(id);
  }
}
