/** One object that is being written or repaired. */
export interface RecordingFile {
  /** Puts all of `bytes` at `position`; they must stay as they are until the promise settles. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  /** Content and size survive a loss of power once this resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** An object that was there before. */
export interface ExistingFile extends RecordingFile {
  readonly sizeBytes: number;
  /** @returns up to `length` bytes at `offset`, fewer where the file ends */
  read(offset: number, length: number): Uint8Array;
}

/** Milliseconds since 1970. */
export interface FileTimes {
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/**
 * The folder that recordings lie in; object keys are relative to it. Rejections are the system's errors, told by `code`.
 */
export abstract class RecordingFiles {
  /** Makes folders where they are missing. Rejects with `EEXIST` rather than touch an object that is there. */
  abstract create(objectKey: string): Promise<RecordingFile>;
  abstract open(objectKey: string): Promise<ExistingFile>;
  abstract times(objectKey: string): Promise<FileTimes>;
  abstract exists(objectKey: string): Promise<boolean>;
  abstract rename(fromKey: string, toKey: string): Promise<void>;
  /** @returns the names in a directory, none when it is not there */
  abstract list(directory: string): Promise<string[]>;
  /** The names of a directory survive a loss of power once this resolves. */
  abstract syncDirectory(directory: string): Promise<void>;
}
