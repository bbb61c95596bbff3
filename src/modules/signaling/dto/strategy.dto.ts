import { ApiProperty } from '@nestjs/swagger';
import type { AppConfig } from '../../../config/index.js';

/** The names of live777, for its clients and managers. */
export class StrategyDto {
  @ApiProperty({ description: 'How many may watch one stream' })
  readonly each_stream_max_sub: number;

  @ApiProperty({ description: 'Whether pushing a stream elsewhere sends its subscribers away' })
  readonly cascade_push_close_sub: boolean;

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
    this.cascade_push_close_sub = strategy.cascade_push_close_sub;
    this.auto_create_whip = strategy.auto_create_whip;
    this.auto_create_whep = strategy.auto_create_whep;
    this.auto_delete_whip = strategy.auto_delete_whip;
    this.auto_delete_whep = strategy.auto_delete_whep;
  }
}
