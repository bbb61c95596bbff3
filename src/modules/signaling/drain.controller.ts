import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../auth/ports/place.js';
import { DrainDto } from './dto/drain.dto.js';
import { SignalingService } from './signaling.service.js';

@ApiTags('operations')
@Controller('api/v1/drain')
export class DrainController {
  constructor(private readonly signaling: SignalingService) {}

  @Post()
  @Audited('node-drained')
  @Permission('admin', ON_SERVER)
  @HttpCode(200)
  @ApiOperation({ summary: 'Take no new publishers from now on; those that are here and their recordings go on' })
  @ApiOkResponse({ type: DrainDto })
  drain(): DrainDto {
    this.signaling.drain();
    return new DrainDto(this.signaling.publisherCount);
  }
}
