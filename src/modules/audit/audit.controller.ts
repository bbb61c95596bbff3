import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { DocumentedPage } from '../../platform/openapi/documented-page.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../auth/ports/place.js';
import { auditQuery, MOST_EVENTS, USUAL_EVENTS, type AuditQuery } from './audit-query.js';
import { AuditService } from './audit.service.js';
import { AuditPageDto } from './dto/audit-event.dto.js';

@ApiTags('operations')
@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Permission('admin', ON_SERVER)
  @ApiOperation({ summary: 'Who did what on which stream, and who was refused, newest first' })
  @ApiQuery({ name: 'stream', required: false, description: 'Only on this stream', example: 'cam' })
  @ApiQuery({ name: 'event', required: false, description: 'Only this', example: 'login' })
  @ApiQuery({ name: 'actor', required: false, description: 'Only by this one' })
  @ApiQuery({ name: 'from', required: false, description: 'RFC 3339' })
  @ApiQuery({ name: 'to', required: false, description: 'RFC 3339, exclusive' })
  @DocumentedPage(MOST_EVENTS, USUAL_EVENTS)
  @ApiOkResponse({ type: AuditPageDto })
  async list(@Query({ schema: auditQuery }) query: AuditQuery): Promise<AuditPageDto> {
    return new AuditPageDto(await this.audit.list(query));
  }
}
