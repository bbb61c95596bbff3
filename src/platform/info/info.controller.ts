import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
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

/** What decides how recording is done and what it costs: no names, no places, nothing secret. */
function settingsOf({ engine, recorder }: AppConfig): Readonly<Record<string, string | number>> {
  const { segment_duration_seconds, fragment_duration_ms, fsync } = recorder;
  const named = (section: string, values: object): [string, string | number][] =>
    Object.entries(values).map(([name, value]) => [`${section}.${name}`, value as string | number]);
  return Object.fromEntries([
    ...named('engine', engine),
    ...named('recorder', { segment_duration_seconds, fragment_duration_ms, fsync }),
  ]);
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

  @ApiProperty({
    description: 'As they are in force: those of `engine`, and of `recorder` how recordings are cut and kept',
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    example: { 'engine.memory_mib': 512, 'recorder.fsync': 'segment' },
  })
  readonly settings: Readonly<Record<string, string | number>>;

  constructor({ version, gitHash, buildTime }: Build, { list }: Implementations, config: AppConfig) {
    this.engine = list;
    this.settings = settingsOf(config);
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
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Which program this is, and what it can do' })
  @ApiOkResponse({ type: InfoDto })
  show(): InfoDto {
    return new InfoDto(this.build, this.implementations, this.config);
  }
}
