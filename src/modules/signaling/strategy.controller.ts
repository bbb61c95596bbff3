import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../auth/ports/place.js';
import { StrategyDto } from './dto/strategy.dto.js';

/** The rules that streams come and go by, where a stream has none of its own. */
@ApiTags('streams')
@Controller('api/strategy')
export class StrategyController {
  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  @Get()
  @Permission('watch', ON_SERVER)
  @ApiOperation({ summary: 'When streams are made and deleted, and how many may watch one' })
  @ApiOkResponse({ type: StrategyDto })
  show(): StrategyDto {
    return new StrategyDto(this.config.strategy);
  }
}
