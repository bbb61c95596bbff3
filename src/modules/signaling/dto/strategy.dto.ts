import { ApiProperty } from '@nestjs/swagger';
import type { AppConfig } from '../../../config/index.js';

/** The names of live777, for its clients and managers. */
export class StrategyDto {
  @ApiProperty({ description: 'How many may watch one stream' })
  readonly each_stream_max_sub: number;

  @ApiProperty({ type: Boolean, description: 'Whether pushing a stream elsewhere sends its subscribers away: never' })
  readonly cascade_push_close_sub = false;

  @ApiProperty()
  readonly auto_create_whip: boolean;

  @ApiProperty()
  readonly auto_create_whep: boolean;

  @ApiProperty({ description: 'Milliseconds after its publisher left; -1: never' })
  readonly auto_delete_whip: number;

  @ApiProperty({ description: 'Milliseconds after its last subscriber left; -1: never' })
  readonly auto_delete_whep: number;

  constructor(strategy: AppConfig['strategy']) {
    this.each_stream_max_sub = strategy.each_stream_max_sub;
    this.auto_create_whip = strategy.auto_create_whip;
    this.auto_create_whep = strategy.auto_create_whep;
    this.auto_delete_whip = strategy.auto_delete_whip;
    this.auto_delete_whep = strategy.auto_delete_whep;
  }
}
