import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Permission } from '../auth/ports/permission.decorator.js';
import { RecordingSessionDetailsDto, RecordingSessionPageDto } from './dto/recording-session.dto.js';
import { RECORDING_SESSION_STATES } from './recording-session.js';
import { SessionListService } from './sessions/session-list.service.js';
import { MOST_SESSIONS, sessionQuery, type SessionQuery, USUAL_SESSIONS } from './sessions/session-query.js';

@ApiTags('recording')
@Controller('api/v1/sessions')
@Permission('playback')
export class RecordingSessionController {
  constructor(private readonly sessions: SessionListService) {}

  @Get()
  @ApiOperation({ summary: 'Recording sessions and how complete they are, newest first' })
  @ApiQuery({ name: 'stream', required: false, description: 'Only of this stream', example: 'cam' })
  @ApiQuery({ name: 'from', required: false, description: 'RFC 3339; sessions that had not ended by then' })
  @ApiQuery({ name: 'to', required: false, description: 'RFC 3339; sessions that had begun before' })
  @ApiQuery({ name: 'state', required: false, enum: RECORDING_SESSION_STATES })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MOST_SESSIONS, default: USUAL_SESSIONS },
  })
  @ApiQuery({ name: 'cursor', required: false, description: '`nextCursor` of the page before' })
  @ApiOkResponse({ type: RecordingSessionPageDto })
  @ApiResponse({ status: 400, description: '`input-invalid`' })
  async list(@Query({ schema: sessionQuery }) query: SessionQuery): Promise<RecordingSessionPageDto> {
    return new RecordingSessionPageDto(await this.sessions.list(query));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One recording session, with its gaps' })
  @ApiParam({ name: 'id', description: 'Of the session, as in the list' })
  @ApiOkResponse({ type: RecordingSessionDetailsDto })
  @ApiResponse({ status: 404, description: '`recording-session-not-found`' })
  async show(@Param('id') id: string): Promise<RecordingSessionDetailsDto> {
    return new RecordingSessionDetailsDto(await this.sessions.details(id));
  }
}
