import type { EngineEvent, FsyncPolicy } from '../protocol.js';
import type { RecordingFiles } from './recording-files.js';

/** Where everything of one recording goes: files, and events to the main thread. */
export interface RecordingOutput {
  readonly files: RecordingFiles;
  readonly fsync: FsyncPolicy;
  emit(event: EngineEvent): void;
  /** An operation on a file failed: the recording cannot go on. */
  failed(error: unknown): void;
}
