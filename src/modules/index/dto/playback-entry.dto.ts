import { ApiProperty } from '@nestjs/swagger';
import type { PlaybackEntry } from '../sessions/recording-session.js';

/** A directory with recorded media. */
export class PlaybackEntryDto implements PlaybackEntry {
  @ApiProperty({ description: 'Unix seconds at which its first recording started', example: '1795219200' })
  readonly record: string;

  @ApiProperty({ example: 2026 })
  readonly year: number;

  @ApiProperty({ minimum: 1, maximum: 12, example: 11 })
  readonly month: number;

  @ApiProperty({ minimum: 1, maximum: 31, example: 20 })
  readonly day: number;

  @ApiProperty({ description: 'Object key of the DASH manifest', example: 'cam/2026/11/20/manifest.mpd' })
  readonly mpd_path: string;

  @ApiProperty({ description: 'Length of the manifest in milliseconds, gaps inside a recording included' })
  readonly duration_ms: number;

  constructor(entry: PlaybackEntry) {
    this.record = entry.record;
    this.year = entry.year;
    this.month = entry.month;
    this.day = entry.day;
    this.mpd_path = entry.mpd_path;
    this.duration_ms = entry.duration_ms;
  }
}
