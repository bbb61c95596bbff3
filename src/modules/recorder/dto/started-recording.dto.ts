import { ApiProperty } from '@nestjs/swagger';
import type { StartedRecording } from '../recorder.service.js';

export class StartedRecordingDto {
  @ApiProperty({ description: 'The stream' })
  readonly id: string;

  @ApiProperty({ example: '1795212000', description: 'Unix seconds of the start' })
  readonly record_id: string;

  @ApiProperty({ example: 'cam/2026/11/20' })
  readonly record_dir: string;

  @ApiProperty({ example: 'cam/2026/11/20/manifest.mpd', description: 'Object key of the DASH manifest' })
  readonly mpd_path: string;

  constructor({ stream, startedAt, directory, mpdPath }: StartedRecording) {
    this.id = stream;
    this.record_id = String(Math.floor(startedAt.getTime() / 1000));
    this.record_dir = directory;
    this.mpd_path = mpdPath;
  }
}
