import type { EngineEvent, RecordingOrder, RolloverOrder, SegmentClosed } from '../../../engine/index.js';
import type { RecordingEngine } from '../recording-context.js';

export const SEGMENT_BYTES = 1000;

/** Keeps orders and tells whatever a test makes it tell. */
export class FakeEngine implements RecordingEngine {
  readonly running = new Map<string, RecordingOrder>();
  readonly orders: RecordingOrder[] = [];
  readonly rollovers: RolloverOrder[] = [];
  readonly splits: string[] = [];
  /** What the engine still has to tell when a recording is stopped. */
  closing: (recordingSessionId: string) => readonly EngineEvent[] = () => [];
  startFailure: Error | undefined;
  private readonly listeners = new Set<(event: EngineEvent) => void>();

  on(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  startRecording(order: RecordingOrder): Promise<void> {
    if (this.startFailure !== undefined) return Promise.reject(this.startFailure);
    this.orders.push(order);
    this.running.set(order.recordingSessionId, order);
    return Promise.resolve();
  }

  stopRecording(recordingSessionId: string): Promise<void> {
    if (this.running.delete(recordingSessionId)) {
      for (const event of this.closing(recordingSessionId)) this.tell(event);
    }
    return Promise.resolve();
  }

  rollOver(order: RolloverOrder): Promise<void> {
    this.rollovers.push(order);
    return Promise.resolve();
  }

  splitRecording(recordingSessionId: string): Promise<void> {
    this.splits.push(recordingSessionId);
    return Promise.resolve();
  }

  tell(event: EngineEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

export function segment(recordingSessionId: string, number: number, directory = 'cam/2026/11/20'): SegmentClosed {
  const objectKey = `${directory}/seg_${String(number).padStart(4, '0')}.m4s`;
  return {
    recordingSessionId,
    directory,
    number,
    period: 0,
    objects: [
      {
        trackId: 'video-1',
        kind: 'video',
        objectKey,
        sizeBytes: SEGMENT_BYTES,
        sha256: '00',
        startTicks: (number - 1) * 540_000,
        durationTicks: 540_000,
        timescale: 90_000,
        samples: 180,
        independent: true,
      },
    ],
  };
}
