import type { ExportProgress } from '../export.js';

/** Progress is told at most this often: each time is a row that is written. */
const TELL_EVERY_MS = 1000;

/** An export while it is made: how far it is, and how to end it. */
export class RunningExport {
  private readonly abort = new AbortController();
  private writtenBytes = 0;
  private sizeBytes: number | undefined;
  private startedMs = 0;
  private toldMs = 0;

  /** @param tell that there is progress */
  constructor(private readonly tell: (writtenBytes: number) => void) {}

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get progress(): ExportProgress {
    return progressAfter(performance.now() - this.startedMs, this.writtenBytes, this.sizeBytes);
  }

  cancel(): void {
    this.abort.abort();
  }

  /** Counts bytes on their way into the file. */
  async *counted(bytes: AsyncIterable<Uint8Array>, sizeBytes: number): AsyncGenerator<Uint8Array> {
    this.sizeBytes = sizeBytes;
    this.startedMs = performance.now();
    for await (const part of bytes) {
      yield part;
      this.writtenBytes += part.length;
      const nowMs = performance.now();
      if (nowMs - this.toldMs < TELL_EVERY_MS) continue;
      this.toldMs = nowMs;
      this.tell(this.writtenBytes);
    }
  }
}

/** @param sizeBytes undefined until it is known */
export function progressAfter(elapsedMs: number, writtenBytes: number, sizeBytes: number | undefined): ExportProgress {
  if (sizeBytes === undefined || writtenBytes === 0) return { writtenBytes, etaSeconds: undefined };
  const leftMs = ((sizeBytes - writtenBytes) * Math.max(0, elapsedMs)) / writtenBytes;
  return { writtenBytes, etaSeconds: Math.ceil(leftMs / 1000) };
}
