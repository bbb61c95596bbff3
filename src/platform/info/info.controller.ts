import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Build } from './build.js';
import { Implementations, type Implementation } from './implementations.js';

/** What pages of live777 show buttons for. */
const FEATURES = ['cascade', 'recorder', 'source', 'source-whep', 'webui'] as const;

class ImplementationDto implements Implementation {
  @ApiProperty({ description: 'Number of the media worker' })
  readonly worker!: number;

  @ApiProperty({ description: 'The setting it is of', examples: ['receive', 'srtp'] })
  readonly what!: string;

  @ApiProperty({ examples: ['fd', 'wasm'] })
  readonly name!: string;

  @ApiProperty({ description: 'Why it was taken' })
  readonly reason!: string;
}

class InfoDto {
  @ApiProperty()
  readonly version: string;

  @ApiProperty({ description: 'Of the commit; empty where it is not known' })
  readonly gitHash: string;

  @ApiProperty({ format: 'date-time' })
  readonly buildTime: string;

  @ApiProperty({ isArray: true, enum: FEATURES, description: 'Under the names that live777 has for them' })
  readonly features: readonly string[] = FEATURES;

  @ApiProperty({ type: [ImplementationDto], description: 'What media workers run with where there is a choice' })
  readonly engine: readonly Implementation[];

  constructor({ version, gitHash, buildTime }: Build, { list }: Implementations) {
    this.engine = list;
    this.version = version;
    this.gitHash = gitHash;
    this.buildTime = buildTime;
  }
}

/** Everyone may know it: pages ask before anybody has logged in. */
@ApiTags('operations')
@Controller('api/info')
export class InfoController {
  constructor(
    private readonly build: Build,
    private readonly implementations: Implementations,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Which program this is, and what it can do' })
  @ApiOkResponse({ type: InfoDto })
  show(): InfoDto {
    return new InfoDto(this.build, this.implementations);
  }
}
