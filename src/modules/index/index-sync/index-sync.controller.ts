import { Body, Controller, Delete, Get, Patch, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { AcknowledgedDto, ChangedSessionsDto, ForgottenDto, SyncedRecordsInput } from '../dto/index-sync.dto.js';
import { ON_SERVER } from '../../auth/ports/place.js';
import { IndexSyncService } from './index-sync.service.js';
import {
  MOST_SYNCED,
  syncedRecords,
  syncQuery,
  USUAL_SYNCED,
  type SyncedRecords,
  type SyncQuery,
} from './sync-query.js';

/** How a live777 manager keeps an index of its nodes' recordings. */
@ApiTags('recording')
@Controller('api/recordings')
@Permission('admin', ON_SERVER)
export class IndexSyncController {
  constructor(private readonly sync: IndexSyncService) {}

  @Get()
  @ApiOperation({ summary: 'Sessions that changed since a time, for an index elsewhere' })
  @ApiQuery({ name: 'stream', required: false, description: 'Only of this stream', example: 'cam' })
  @ApiQuery({
    name: 'since_ts',
    required: false,
    description: 'Microseconds since 1970: `last_ts` of the answer before',
    schema: { type: 'integer', minimum: 0, default: 0 },
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    description: `0 is ${String(USUAL_SYNCED)}, more than ${String(MOST_SYNCED)} is that`,
    schema: { type: 'integer', minimum: 0, default: USUAL_SYNCED },
  })
  @ApiOkResponse({ type: ChangedSessionsDto })
  @ApiResponse({ status: 400, description: '`input-invalid`' })
  async changed(@Query({ schema: syncQuery }) query: SyncQuery): Promise<ChangedSessionsDto> {
    return new ChangedSessionsDto(await this.sync.changed(query));
  }

  @Patch()
  @ApiOperation({ summary: 'Tell that sessions were taken over: they are not listed any more' })
  @ApiBody({ type: SyncedRecordsInput })
  @ApiOkResponse({ type: AcknowledgedDto })
  @ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  async acknowledge(@Body({ schema: syncedRecords }) { records }: SyncedRecords): Promise<AcknowledgedDto> {
    return new AcknowledgedDto(await this.sync.acknowledge(records));
  }

  @Delete()
  @ApiOperation({ summary: 'Forget sessions that were taken over. Recordings themselves stay' })
  @ApiBody({ type: SyncedRecordsInput })
  @ApiOkResponse({ type: ForgottenDto })
  @ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  async forget(@Body({ schema: syncedRecords }) { records }: SyncedRecords): Promise<ForgottenDto> {
    return new ForgottenDto(await this.sync.forget(records));
  }
}
