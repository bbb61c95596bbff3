import type { FsyncPolicy } from '../../engine/index.js';

/** What the configuration says about recording, in the recorder's units. */
export interface RecorderSettings {
  readonly nodeAlias: string;
  readonly segmentDurationMs: number;
  readonly fragmentDurationMs: number;
  readonly fsync: FsyncPolicy;
  readonly reconnectWindowMs: number;
  /** Infinity: sessions are as long as their publishers stay. */
  readonly maxDurationMs: number;
  readonly onFull: 'refuse' | 'live_only';
  readonly minFreeBytes: number;
}
