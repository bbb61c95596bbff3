import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { RecorderService } from './recorder.service.js';

/** How much is recorded now: what a node carries, by which nodes are added and taken away. */
@Injectable()
export class RecorderMetrics {
  constructor(registry: Registry, recorder: RecorderService) {
    new Gauge({
      name: 'aircheck_recording_streams',
      help: 'Streams that are recorded now, those whose publisher is waited for among them',
      registers: [registry],
      collect() {
        this.set(recorder.recordingCount);
      },
    });
  }
}
