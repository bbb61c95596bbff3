import { Body, Controller, Get, Header, Post } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Permission } from '../auth/ports/permission.decorator.js';
import { ON_SERVER } from '../auth/ports/place.js';
import { CheckDto, CheckInputDto, checkInput, type CheckBody } from './dto/reachability-check.dto.js';
import { ReachabilityDto } from './dto/reachability.dto.js';
import { ReachabilityService } from './reachability.service.js';

@ApiTags('operations')
@Controller('api/v1/reachability')
@Permission('admin', ON_SERVER)
export class ReachabilityController {
  constructor(private readonly reachability: ReachabilityService) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Where publishers are told to send, who has arrived there, and what to change' })
  @ApiOkResponse({ type: ReachabilityDto })
  @ApiResponse({ status: 503, description: '`engine-unavailable`' })
  async show(): Promise<ReachabilityDto> {
    return new ReachabilityDto(await this.reachability.workers());
  }

  @Post('checks')
  @ApiOperation({ summary: 'A session of no stream, to try whether the caller gets here; closed after 15 s' })
  @ApiBody({ type: CheckInputDto })
  @ApiCreatedResponse({ type: CheckDto })
  @ApiResponse({ status: 400, description: '`sdp-invalid`, `input-invalid`, `body-malformed`' })
  @ApiResponse({ status: 406, description: '`codec-not-acceptable`' })
  @ApiResponse({ status: 413, description: '`body-too-large`: over 256 KiB' })
  @ApiResponse({ status: 415, description: '`content-type-unsupported`' })
  @ApiResponse({ status: 422, description: '`sdp-unsupported`' })
  @ApiResponse({ status: 503, description: '`reachability-checks-busy`, `node-full`, `engine-unavailable`' })
  async check(@Body({ schema: checkInput }) { offer }: CheckBody): Promise<CheckDto> {
    return new CheckDto(await this.reachability.check(offer));
  }
}
