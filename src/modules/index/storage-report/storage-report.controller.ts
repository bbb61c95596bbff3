import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { StorageReportDto } from '../dto/storage-report.dto.js';
import { StorageReportService } from './storage-report.service.js';
import { ON_SERVER } from '../../auth/ports/place.js';

@ApiTags('operations')
@Controller('api/v1/storage')
export class StorageReportController {
  constructor(private readonly storageReport: StorageReportService) {}

  @Get()
  @Permission('admin', ON_SERVER)
  @ApiOperation({
    summary: 'How much room recordings take, how long it will do, and what waits to be uploaded or deleted',
  })
  @ApiOkResponse({ type: StorageReportDto })
  async show(): Promise<StorageReportDto> {
    return new StorageReportDto(await this.storageReport.report(), Date.now());
  }
}
