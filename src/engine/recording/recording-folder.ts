import { systemErrorCode } from '../../shared/errors.js';
import type { MediaKind } from '../../media/codecs/codec.js';
import { cmaf } from '../../media/containers/index.js';
import type { RecordingDirectory } from '../protocol.js';
import { InitObjects } from './init-objects.js';
import type { RecordingFile } from './recording-files.js';
import type { RecordingOutput } from './recording-output.js';

/** A segment number that is this recording's, with the file that it was claimed with. */
export interface ClaimedNumber {
  readonly number: number;
  readonly file: RecordingFile;
}

const KINDS: readonly MediaKind[] = ['video', 'audio'];

/** The directory that a recording writes into: gives out names, none of them twice. */
export class RecordingFolder {
  readonly inits: InitObjects;
  readonly directory: string;
  private nextNumber: number;
  private lastClaim: Promise<unknown> = Promise.resolve();

  constructor(
    target: RecordingDirectory,
    private readonly output: RecordingOutput,
  ) {
    this.directory = target.directory;
    this.nextNumber = target.nextSegmentNumber;
    this.inits = new InitObjects(target, output);
  }

  /** Opens the segment file of `kind` under the next number that nothing in the directory has; in the order of calls. */
  claim(kind: MediaKind): Promise<ClaimedNumber> {
    const claim = this.lastClaim.then(() => this.claimNext(kind));
    this.lastClaim = claim.catch(() => undefined);
    return claim;
  }

  create(kind: MediaKind, number: number): Promise<RecordingFile> {
    return this.output.files.create(this.keyOf(kind, number));
  }

  keyOf(kind: MediaKind, number: number): string {
    return `${this.directory}/${cmaf.segmentName(kind, number)}`;
  }

  private async claimNext(kind: MediaKind): Promise<ClaimedNumber> {
    for (;;) {
      const number = this.nextNumber++;
      if (await this.isTakenByOther(kind, number)) continue;
      try {
        return { number, file: await this.create(kind, number) };
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      }
    }
  }

  /** A number is the same in all tracks, so it has to be free in all of them. */
  private async isTakenByOther(kind: MediaKind, number: number): Promise<boolean> {
    for (const other of KINDS) {
      if (other !== kind && (await this.output.files.exists(this.keyOf(other, number)))) return true;
    }
    return false;
  }
}
