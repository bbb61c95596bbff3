import { open, type FileHandle } from 'node:fs/promises';
import type { LogFile } from './log-sync.js';

const BLOCK_BYTES = 1024 * 1024;

/** The file of a log, held open: what its disk could not write is only told to those that had it open by then. */
export class OpenLogFile implements LogFile {
  private constructor(private readonly file: FileHandle) {}

  /** @param database its log is there once it was read from */
  static async of(database: string): Promise<OpenLogFile> {
    return new OpenLogFile(await open(`${database}-wal`, 'r+'));
  }

  sync(): Promise<void> {
    return this.file.datasync();
  }

  async rewrite(): Promise<void> {
    const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    for (let position = 0; ;) {
      const { bytesRead } = await this.file.read(block, 0, BLOCK_BYTES, position);
      if (bytesRead === 0) return;
      await this.file.write(block, 0, bytesRead, position);
      position += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
