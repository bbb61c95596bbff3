import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { inTime } from '../../shared/in-time.js';
import { NotReadyError } from './health.errors.js';
import { ReadinessService } from './readiness.service.js';

const DATABASE_LIMIT_MS = 2000;

/** How they are when they are well. */
class HealthDto {
  @ApiProperty({ enum: ['ok'] })
  readonly status = 'ok';
}

/** What orchestrators and load balancers ask. Never wants a token. */
@ApiTags('operations')
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly database: DataSource,
  ) {}

  @Get('livez')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Does the process answer?' })
  @ApiOkResponse({ description: 'It does.', type: HealthDto })
  live(): HealthDto {
    return new HealthDto();
  }

  @Get(['readyz', 'healthz'])
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'May this node be sent new work, and is its database there?' })
  @ApiOkResponse({ description: 'Yes.', type: HealthDto })
  @ApiServiceUnavailableResponse({ description: '`not-ready`; `reason` says why' })
  async ready(): Promise<HealthDto> {
    const { reason } = this.readiness;
    if (reason !== undefined) throw new NotReadyError(reason);
    await this.checkDatabase();
    return new HealthDto();
  }

  private async checkDatabase(): Promise<void> {
    try {
      await inTime(this.database.query('SELECT 1'), DATABASE_LIMIT_MS);
    } catch {
      throw new NotReadyError('the database does not answer');
    }
  }
}
