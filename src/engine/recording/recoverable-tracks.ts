import { createHash, randomUUID } from 'node:crypto';
import type { MediaKind } from '../../media/codecs/codec.js';
import { cmaf } from '../../media/containers/index.js';
import type { ObjectNumber } from '../../media/containers/container.js';
import type { KnownInit, RecordedTrack } from '../protocol.js';
import type { RecordingFiles } from './recording-files.js';

/** What must be known of a track to tell an object of it. */
export type RecoverableTrack = Pick<RecordedTrack, 'trackId' | 'kind' | 'timescale' | 'initObjectKey'>;

/** What is known of a directory and of the session that was recording there. */
interface Known {
  readonly directory: string;
  readonly tracks: readonly RecoverableTrack[];
  readonly knownInits: readonly KnownInit[];
  readonly sessionStartedMs: number;
}

/** An init object and the first segment of its track are written at the same time, in either order. */
const WRITTEN_TOGETHER_MS = 250;
/** Of a few hundred bytes; what is larger is not ours. */
const MOST_INIT_BYTES = 1 << 16;

/**
 * The tracks that a segment file without a row can be of: those of the session's rows, and those whose init object lies in
 * the directory while their row was lost on its way into the database.
 */
export class RecoverableTracks {
  private readonly used = new Set<RecoverableTrack>();

  private constructor(
    /** The likeliest last. */
    private readonly candidates: readonly RecoverableTrack[],
    private readonly reconstructed: readonly RecordedTrack[],
    private readonly files: RecordingFiles,
  ) {}

  static async find(known: Known, files: RecordingFiles): Promise<RecoverableTracks> {
    const earlier: RecordedTrack[] = [];
    const own: RecordedTrack[] = [];
    for (const init of await initsWithoutTrack(known, files)) {
      const track = await reconstruct(init, known, files);
      if (track === undefined) continue;
      const isOwn = await isOfSession(track, known, files);
      (isOwn ? own : earlier).push(track);
    }
    return new RecoverableTracks([...earlier, ...known.tracks, ...own], [...earlier, ...own], files);
  }

  /** A file does not name its track: it is the last of its kind whose init object was there when the file was made. */
  async trackOf(kind: MediaKind, objectKey: string): Promise<RecoverableTrack | undefined> {
    const candidates = this.candidates.filter((track) => track.kind === kind);
    if (candidates.length <= 1) return candidates[0];
    const { createdMs } = await this.files.times(objectKey);
    for (const track of candidates.toReversed()) {
      if (!(await this.files.exists(track.initObjectKey))) continue;
      const { modifiedMs } = await this.files.times(track.initObjectKey);
      if (modifiedMs <= createdMs + WRITTEN_TOGETHER_MS) return track;
    }
    return candidates.at(-1);
  }

  /** An object of the track was saved. */
  use(track: RecoverableTrack): void {
    this.used.add(track);
  }

  /** Those that were used and that the session has no row of. */
  get withoutRow(): RecordedTrack[] {
    return this.reconstructed.filter((track) => this.used.has(track));
  }
}

interface InitFile extends ObjectNumber {
  readonly objectKey: string;
}

/** @returns in the order they were made */
async function initsWithoutTrack({ directory, tracks }: Known, files: RecordingFiles): Promise<InitFile[]> {
  const inits = (await files.list(directory)).flatMap((name) => {
    const parsed = cmaf.parseInitName(name);
    return parsed === undefined ? [] : [{ ...parsed, objectKey: `${directory}/${name}` }];
  });
  return inits
    .filter(({ objectKey }) => tracks.every(({ initObjectKey }) => initObjectKey !== objectKey))
    .sort((one, other) => one.number - other.number || other.kind.localeCompare(one.kind));
}

/** Without a row it is the session's when it was made since the session began; with one it was another session's first. */
async function isOfSession(
  { initObjectKey }: RecordedTrack,
  { knownInits, sessionStartedMs }: Known,
  files: RecordingFiles,
): Promise<boolean> {
  if (knownInits.some(({ objectKey }) => objectKey === initObjectKey)) return false;
  const { modifiedMs } = await files.times(initObjectKey);
  return modifiedMs >= sessionStartedMs;
}

/** @returns what the recorder told of the track, undefined when its init object is not whole */
async function reconstruct(
  { kind, objectKey }: InitFile,
  { directory, knownInits }: Known,
  files: RecordingFiles,
): Promise<RecordedTrack | undefined> {
  const bytes = await readWhole(objectKey, files);
  const description = cmaf.readInit(bytes);
  if (description?.codec.kind !== kind) return undefined;
  const { codec, codecString, timescale, width, height, sampleRate, channels } = description;
  return {
    trackId: knownInits.find((init) => init.objectKey === objectKey)?.trackId ?? randomUUID(),
    kind,
    codecName: codec.name,
    codecString,
    timescale,
    directory,
    initObjectKey: objectKey,
    initSizeBytes: bytes.length,
    initSha256: createHash('sha256').update(bytes).digest('hex'),
    width,
    height,
    sampleRate,
    channels,
  };
}

/** It is synced: a row is to promise it. @returns nothing of a file that is too large to be an init object */
async function readWhole(objectKey: string, files: RecordingFiles): Promise<Uint8Array> {
  const file = await files.open(objectKey);
  try {
    if (file.sizeBytes > MOST_INIT_BYTES) return new Uint8Array(0);
    await file.sync();
    return file.read(0, file.sizeBytes);
  } finally {
    await file.close();
  }
}
