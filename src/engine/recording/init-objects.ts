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

interface KeptInit extends InitObject {
  readonly kind: MediaKind;
  readonly sha256: string;
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

  /** @returns the object for these parameters, at once; its bytes follow */
  take(format: TrackFormat): InitObject {
    const { kind } = format.codec;
    const bytes = cmaf.encodeInit(format);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const found = this.kept.find((init) => init.kind === kind && init.sha256 === sha256);
    if (found !== undefined) return found;
    const init = this.reuse(format, bytes.length, sha256) ?? this.make(format, bytes, sha256);
    this.kept.push(init);
    return init;
  }

  /** One that was there before this recording: told again, as this session's. */
  private reuse(format: TrackFormat, sizeBytes: number, sha256: string): KeptInit | undefined {
    const { kind } = format.codec;
    const known = this.target.knownInits.find((init) => init.kind === kind && init.sha256 === sha256);
    if (known === undefined) return undefined;
    const { trackId, objectKey } = known;
    this.tell(format, { trackId, initObjectKey: objectKey, initSizeBytes: sizeBytes, initSha256: sha256 });
    return { trackId, kind, sha256, ready: Promise.resolve(true) };
  }

  private make(format: TrackFormat, bytes: Uint8Array, sha256: string): KeptInit {
    const trackId = randomUUID();
    const ready = this.write(format.codec.kind, bytes).then(
      (initObjectKey) => {
        this.tell(format, { trackId, initObjectKey, initSizeBytes: bytes.length, initSha256: sha256 });
        return true;
      },
      (error: unknown) => {
        this.output.failed(error);
        return false;
      },
    );
    return { trackId, kind: format.codec.kind, sha256, ready };
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

  private tell(
    { codec, parameters, timescale }: TrackFormat,
    init: Pick<RecordedTrack, 'trackId' | 'initObjectKey' | 'initSizeBytes' | 'initSha256'>,
  ): void {
    const track: RecordedTrack = {
      ...init,
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
    this.output.emit({ type: 'track-recorded', recordingSessionId: this.output.recordingSessionId, track });
  }
}
