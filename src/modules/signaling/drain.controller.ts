import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Audited } from '../audit/ports/audited.decorator.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../auth/ports/place.js';
import { DrainDto } from './dto/drain.dto.js';
import { describeDrain, drainInput, DrainInput } from './dto/drain.input.js';
import { SignalingService } from './signaling.service.js';

@ApiTags('operations')
@Controller('api/v1/drain')
export class DrainController {
  constructor(private readonly signaling: SignalingService) {}

  @Get()
  @Permission('admin', ON_SERVER)
  @ApiOperation({ summary: 'Whether the node takes no new publishers, and how many are still here' })
  @ApiOkResponse({ type: DrainDto })
  find(): DrainDto {
    return new DrainDto(this.signaling.entry.isClosed, this.signaling.publisherCount);
  }

  @Post()
  @Audited('node-drained', { describe: describeDrain })
  @Permission('admin', ON_SERVER)
  @HttpCode(200)
  @ApiOperation({ summary: 'Take no new publishers from now on; those that are here and their recordings go on' })
  @ApiBody({ type: DrainInput, required: false })
  @ApiOkResponse({ type: DrainDto })
  @ApiResponse({ status: 400, description: '`input-invalid`, `body-malformed`' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  drain(@Body({ schema: drainInput }) { to }: DrainInput): DrainDto {
    this.signaling.drain(to);
    return this.find();
  }
}
