import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Build } from './build.js';

/** What pages of live777 show buttons for. */
const FEATURES = ['recorder', 'webui'] as const;

class InfoDto {
  @ApiProperty()
  readonly version: string;

  @ApiProperty({ description: 'Of the commit; empty where it is not known' })
  readonly gitHash: string;

  @ApiProperty({ format: 'date-time' })
  readonly buildTime: string;

  @ApiProperty({ isArray: true, enum: FEATURES, description: 'Under the names that live777 has for them' })
  readonly features: readonly string[] = FEATURES;

  constructor({ version, gitHash, buildTime }: Build) {
    this.version = version;
    this.gitHash = gitHash;
    this.buildTime = buildTime;
  }
}

/** Everyone may know it: pages ask before anybody has logged in. */
@ApiTags('operations')
@Controller('api/info')
export class InfoController {
  constructor(private readonly build: Build) {}

  @Get()
  @ApiOperation({ summary: 'Which program this is, and what it can do' })
  @ApiOkResponse({ type: InfoDto })
  show(): InfoDto {
    return new InfoDto(this.build);
  }
}
