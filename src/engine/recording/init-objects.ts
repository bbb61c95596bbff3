import { createHash, randomUUID } from 'node:crypto';
import { systemErrorCode } from '../../shared/errors.js';
import type { RecordableCodec, CodecParameters, MediaKind } from '../../media/codecs/codec.js';
import { cmaf } from '../../media/containers/index.js';
import type { RecordedTrack, RecordingDirectory } from '../protocol.js';
import type { RecordingOutput } from './recording-output.js';

/** A set of parameters and how they are written. */
export interface TrackFormat {
  readonly codec: RecordableCodec;
  readonly parameters: CodecParameters;
  readonly timescale: number;
}

export interface InitObject {
  readonly trackId: string;
  /** Resolves to true once it is on disk and told, to false when that failed. */
  readonly ready: Promise<boolean>;
}

type InitFacts = Pick<RecordedTrack, 'trackId' | 'initObjectKey' | 'initSizeBytes' | 'initSha256'>;

interface KeptInit {
  /** What it was made of last. */
  format: TrackFormat;
  readonly trackId: string;
  readonly kind: MediaKind;
  readonly sha256: string;
  /** Resolves once it is on disk, to undefined when that failed. */
  readonly written: Promise<InitFacts | undefined>;
  /** Of the last session that it was told for. */
  toldFor: string;
  ready: Promise<boolean>;
}

/** The init objects of one directory: each set of parameters is written once, whoever recorded it first. */
export class InitObjects {
  private readonly kept: KeptInit[] = [];
  private readonly nextNumber: Record<MediaKind, number>;

  constructor(
    private readonly target: RecordingDirectory,
    private readonly output: RecordingOutput,
  ) {
    this.nextNumber = { ...target.nextInitNumber };
  }

  /** @returns the object for these parameters as a track of the session, at once; its bytes follow */
  take(format: TrackFormat, recordingSessionId: string): InitObject {
    const init = this.kept.find((one) => isSame(one.format, format)) ?? this.encoded(format);
    if (init.toldFor !== recordingSessionId) {
      init.toldFor = recordingSessionId;
      init.ready = init.written.then((facts) => facts !== undefined && this.tell(format, facts, recordingSessionId));
    }
    return init;
  }

  /** Only where something is new: most segments have the very parameters of the one before. */
  private encoded(format: TrackFormat): KeptInit {
    const { kind } = format.codec;
    const bytes = cmaf.encodeInit(format);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const known = this.kept.find((one) => one.kind === kind && one.sha256 === sha256);
    if (known === undefined) return this.keep(format, bytes, sha256);
    known.format = format;
    return known;
  }

  private keep(format: TrackFormat, bytes: Uint8Array, sha256: string): KeptInit {
    const { kind } = format.codec;
    const known = this.target.knownInits.find((init) => init.kind === kind && init.sha256 === sha256);
    const trackId = known?.trackId ?? randomUUID();
    const written = this.factsOf(trackId, kind, bytes, sha256, known?.objectKey);
    const init = { format, trackId, kind, sha256, written, toldFor: '', ready: Promise.resolve(false) };
    this.kept.push(init);
    return init;
  }

  /** @param knownKey of one that was there before this recording */
  private async factsOf(
    trackId: string,
    kind: MediaKind,
    bytes: Uint8Array,
    initSha256: string,
    knownKey: string | undefined,
  ): Promise<InitFacts | undefined> {
    try {
      const initObjectKey = knownKey ?? (await this.write(kind, bytes));
      return { trackId, initObjectKey, initSizeBytes: bytes.length, initSha256 };
    } catch (error) {
      this.output.failed(error);
      return undefined;
    }
  }

  /** @returns its key, under the next number that is free */
  private async write(kind: MediaKind, bytes: Uint8Array): Promise<string> {
    const { files, fsync } = this.output;
    for (;;) {
      const number = this.nextNumber[kind]++;
      const objectKey = `${this.target.directory}/${cmaf.initName(kind, number)}`;
      try {
        const file = await files.create(objectKey);
        try {
          await file.write(bytes, 0);
          if (fsync !== 'off') await file.sync();
        } finally {
          await file.close();
        }
        if (fsync !== 'off') await files.syncDirectory(this.target.directory);
        return objectKey;
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      }
    }
  }

  private tell({ codec, parameters, timescale }: TrackFormat, facts: InitFacts, recordingSessionId: string): true {
    const track: RecordedTrack = {
      ...facts,
      kind: codec.kind,
      codecName: codec.name,
      codecString: parameters.codecString,
      timescale,
      directory: this.target.directory,
      width: parameters.width,
      height: parameters.height,
      sampleRate: parameters.sampleRate,
      channels: parameters.channels,
    };
    this.output.emit({ type: 'track-recorded', recordingSessionId, track });
    return true;
  }
}

/** Of the same objects, which never change. */
function isSame(one: TrackFormat, other: TrackFormat): boolean {
  return one.parameters === other.parameters && one.codec === other.codec && one.timescale === other.timescale;
}
