import { RecordingFiles, type ExistingFile, type FileTimes } from '../recording-files.js';

export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

interface StoredFile {
  bytes: Uint8Array;
  syncs: number;
  readonly createdMs: number;
}

/** A folder in memory that can be made to fail or to stand still, and counts what was synced. */
export class MemoryRecordingFiles extends RecordingFiles {
  readonly files = new Map<string, StoredFile>();
  readonly syncedDirectories: string[] = [];
  /** Thrown by the next calls of an operation while it is set. */
  readonly failures = new Map<'create' | 'write' | 'sync' | 'truncate', Error>();
  openFiles = 0;
  /** When files are made. */
  nowMs = 0;
  private gate: Promise<void> | undefined;
  private openGate: (() => void) | undefined;

  /** The disk stops answering writes until `resume`. */
  stall(): void {
    this.gate = new Promise((resolve) => {
      this.openGate = resolve;
    });
  }

  resume(): void {
    this.gate = undefined;
    this.openGate?.();
  }

  bytesOf(objectKey: string): Uint8Array {
    const file = this.files.get(objectKey);
    if (file === undefined) throw systemError('ENOENT');
    return file.bytes;
  }

  put(objectKey: string, bytes: Uint8Array = new Uint8Array(0)): void {
    this.files.set(objectKey, { bytes, syncs: 0, createdMs: this.nowMs });
  }

  syncCount(objectKey: string): number {
    return this.files.get(objectKey)?.syncs ?? 0;
  }

  /** @returns names of the objects in a directory, sorted */
  names(directory: string): string[] {
    const keys = [...this.files.keys()].filter((key) => key.startsWith(`${directory}/`));
    return keys.map((key) => key.slice(directory.length + 1)).sort();
  }

  async create(objectKey: string): Promise<MemoryFile> {
    await this.perform('create');
    if (this.files.has(objectKey)) throw systemError('EEXIST');
    this.files.set(objectKey, { bytes: new Uint8Array(0), syncs: 0, createdMs: this.nowMs });
    return this.open(objectKey);
  }

  open(objectKey: string): Promise<MemoryFile> {
    const file = this.files.get(objectKey);
    if (file === undefined) return Promise.reject(systemError('ENOENT'));
    this.openFiles += 1;
    return Promise.resolve(new MemoryFile(this, file));
  }

  times(objectKey: string): Promise<FileTimes> {
    const { createdMs } = this.files.get(objectKey) ?? { createdMs: 0 };
    return Promise.resolve({ createdMs, modifiedMs: createdMs });
  }

  exists(objectKey: string): Promise<boolean> {
    return Promise.resolve(this.files.has(objectKey));
  }

  rename(fromKey: string, toKey: string): Promise<void> {
    const file = this.files.get(fromKey);
    if (file === undefined) return Promise.reject(systemError('ENOENT'));
    this.files.delete(fromKey);
    this.files.set(toKey, file);
    return Promise.resolve();
  }

  list(directory: string): Promise<string[]> {
    return Promise.resolve(this.names(directory));
  }

  syncDirectory(directory: string): Promise<void> {
    this.syncedDirectories.push(directory);
    return Promise.resolve();
  }

  async perform(operation: 'create' | 'write' | 'sync' | 'truncate'): Promise<void> {
    await this.gate;
    const failure = this.failures.get(operation);
    if (failure !== undefined) throw failure;
  }
}

class MemoryFile implements ExistingFile {
  constructor(
    private readonly files: MemoryRecordingFiles,
    private readonly file: StoredFile,
  ) {}

  get sizeBytes(): number {
    return this.file.bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    return this.file.bytes.slice(offset, offset + length);
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    await this.files.perform('write');
    const grown = new Uint8Array(Math.max(this.file.bytes.length, position + bytes.length));
    grown.set(this.file.bytes);
    grown.set(bytes, position);
    this.file.bytes = grown;
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.files.perform('truncate');
    this.file.bytes = this.file.bytes.slice(0, sizeBytes);
  }

  async sync(): Promise<void> {
    await this.files.perform('sync');
    this.file.syncs += 1;
  }

  close(): Promise<void> {
    this.files.openFiles -= 1;
    return Promise.resolve();
  }
}
