import { ApiProperty } from '@nestjs/swagger';

export class RecordingStatusDto {
  @ApiProperty({ description: 'Also true while a recording waits for its publisher to come back' })
  readonly recording: boolean;

  constructor(isRecording: boolean) {
    this.recording = isRecording;
  }
}
