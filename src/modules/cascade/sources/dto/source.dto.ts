import { ApiProperty } from '@nestjs/swagger';
import { codeOf } from '../../dto/cascade.dto.js';
import { SOURCE_STATES, type Source, type SourceState } from '../source.js';

/** The words of live777. */
const STATES: readonly string[] = SOURCE_STATES.map(stateOf);
const STATE = { enum: [...STATES], description: 'Disconnected: it is on demand, and nobody wants it' } as const;

/** Where a stream comes from, in the words of live777. */
export class SourceDto {
  @ApiProperty({ description: 'That of its stream', example: 'cam' })
  readonly id: string;

  @ApiProperty({ example: 'cam' })
  readonly stream_id: string;

  @ApiProperty({ enum: ['whep'] })
  readonly source_type = 'whep';

  @ApiProperty(STATE)
  readonly state: string;

  @ApiProperty({
    description: 'The endpoint over there, without its token',
    example: 'https://other.example.org/whep/cam',
  })
  readonly url: string;

  @ApiProperty({ description: 'Fetched only while somebody watches it or had it recorded' })
  readonly on_demand: boolean;

  @ApiProperty({ description: 'Part of the configuration' })
  readonly configured: boolean;

  @ApiProperty({ type: String, required: false, description: 'Code of the last failure, while it does not come' })
  readonly error: string | undefined;

  constructor({ stream, state, url, onDemand, isConfigured, lastError }: Source) {
    this.id = stream;
    this.stream_id = stream;
    this.state = stateOf(state);
    this.url = url;
    this.on_demand = onDemand !== undefined;
    this.configured = isConfigured;
    this.error = codeOf(lastError);
  }
}

export class SourceListDto {
  @ApiProperty({ type: [SourceDto] })
  readonly sources: readonly SourceDto[];

  constructor(sources: readonly Source[]) {
    this.sources = sources.map((source) => new SourceDto(source));
  }
}

export class NewSourceDto extends SourceDto {
  @ApiProperty({ example: 'The stream is fetched from there.' })
  readonly message: string;

  constructor(source: Source) {
    super(source);
    this.message =
      source.state === 'disconnected'
        ? 'The stream is fetched from there when somebody wants it.'
        : 'The stream is fetched from there.';
  }
}

export class SourceStateDto {
  @ApiProperty({ example: 'cam' })
  readonly stream_id: string;

  @ApiProperty(STATE)
  readonly state: string;

  constructor({ stream, state }: Source) {
    this.stream_id = stream;
    this.state = stateOf(state);
  }
}

export class RemovedSourceDto {
  @ApiProperty({ example: 'The source is removed.' })
  readonly message: string;

  @ApiProperty({ example: 'cam' })
  readonly stream_id: string;

  constructor(stream: string, wasThere: boolean) {
    this.message = wasThere ? 'The source is removed.' : 'The stream had no source.';
    this.stream_id = stream;
  }
}

function stateOf(state: SourceState): string {
  return `${state.charAt(0).toUpperCase()}${state.slice(1)}`;
}
