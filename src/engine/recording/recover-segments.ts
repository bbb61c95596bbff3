import { createHash } from 'node:crypto';
import { cmaf } from '../../media/containers/index.js';
import type { ScannedSegment } from '../../media/containers/container.js';
import type { KnownInit, RecordedObject, RecordedTrack } from '../protocol.js';
import { NodeRecordingFiles } from './node-recording-files.js';
import { RecoverableTracks, type RecoverableTrack } from './recoverable-tracks.js';
import type { ExistingFile, RecordingFiles } from './recording-files.js';

export interface SegmentRecovery {
  /** Absolute path of the folder that object keys are relative to. */
  readonly rootPath: string;
  readonly directory: string;
  /** Segments below this number are not the session's. */
  readonly fromNumber: number;
  /** Of these from there on there are rows. */
  readonly committedNumbers: ReadonlySet<number>;
  /** Of the session that was recording, in the order they were recorded. */
  readonly tracks: readonly RecoverableTrack[];
  /** Init objects of the directory that have a row, of whatever session. */
  readonly knownInits: readonly KnownInit[];
  readonly sessionStartedMs: number;
}

export interface RecoveredSegments {
  /** By number, ascending: cut at the last whole fragment, synced, to be committed. */
  readonly objects: ReadonlyMap<number, readonly RecordedObject[]>;
  /** Those of the objects that the session has no row of, to be committed before them. */
  readonly tracks: readonly RecordedTrack[];
  /** Keys of files that hold nothing of use, as they are called now. */
  readonly quarantined: readonly string[];
}

const HASHED_AT_ONCE_BYTES = 1024 * 1024;

/**
 * Saves what a process that ended in the middle left open. To be called when nothing records into the directory.
 *
 * A file without a whole fragment is renamed to `<name>.quarantined`; nothing is deleted. Rejects with the system's error
 * when a file cannot be read or changed.
 */
export async function recoverOpenSegments(
  recovery: SegmentRecovery,
  files: RecordingFiles = new NodeRecordingFiles(recovery.rootPath),
): Promise<RecoveredSegments> {
  const objects = new Map<number, RecordedObject[]>();
  const quarantined: string[] = [];
  const tracks = await RecoverableTracks.find(recovery, files);
  for (const { number, kind, objectKey } of await openSegments(recovery, files)) {
    const track = await tracks.trackOf(kind, objectKey);
    const object = track && (await recoverFile(objectKey, track, files));
    if (track === undefined || object === undefined) {
      quarantined.push(await quarantine(objectKey, files));
      continue;
    }
    tracks.use(track);
    objects.set(number, [...(objects.get(number) ?? []), object]);
  }
  if (objects.size + quarantined.length > 0) await files.syncDirectory(recovery.directory);
  return { objects, tracks: tracks.withoutRow, quarantined };
}

interface OpenSegment {
  readonly number: number;
  readonly kind: RecordedTrack['kind'];
  readonly objectKey: string;
}

async function openSegments(
  { directory, fromNumber, committedNumbers }: SegmentRecovery,
  files: RecordingFiles,
): Promise<OpenSegment[]> {
  const names = await files.list(directory);
  const found = names.flatMap((name) => {
    const parsed = cmaf.parseSegmentName(name);
    if (parsed === undefined || parsed.number < fromNumber || committedNumbers.has(parsed.number)) return [];
    return [{ ...parsed, objectKey: `${directory}/${name}` }];
  });
  return found.sort((one, other) => one.number - other.number || other.kind.localeCompare(one.kind));
}

/** @returns undefined when there is no whole fragment */
async function recoverFile(
  objectKey: string,
  { trackId, kind, timescale }: RecoverableTrack,
  files: RecordingFiles,
): Promise<RecordedObject | undefined> {
  const file = await files.open(objectKey);
  try {
    const scanned = cmaf.scanSegment((offset, length) => file.read(offset, length), file.sizeBytes);
    if (scanned.fragments === 0) return undefined;
    if (scanned.wholeBytes < file.sizeBytes) await file.truncate(scanned.wholeBytes);
    await file.sync();
    return { trackId, kind, objectKey, timescale, ...contentOf(file, scanned) };
  } finally {
    await file.close();
  }
}

function contentOf(
  file: ExistingFile,
  { wholeBytes: sizeBytes, startTicks, durationTicks, samples, isIndependent: independent }: ScannedSegment,
): Pick<RecordedObject, 'sizeBytes' | 'sha256' | 'startTicks' | 'durationTicks' | 'samples' | 'independent'> {
  return { sizeBytes, sha256: hashOf(file, sizeBytes), startTicks, durationTicks, samples, independent };
}

function hashOf(file: ExistingFile, sizeBytes: number): string {
  const hash = createHash('sha256');
  for (let offset = 0; offset < sizeBytes; offset += HASHED_AT_ONCE_BYTES) {
    hash.update(file.read(offset, Math.min(HASHED_AT_ONCE_BYTES, sizeBytes - offset)));
  }
  return hash.digest('hex');
}

/** @returns the new key; one that is taken is left alone */
async function quarantine(objectKey: string, files: RecordingFiles): Promise<string> {
  let key = `${objectKey}.quarantined`;
  for (let copy = 2; await files.exists(key); copy++) key = `${objectKey}.quarantined-${String(copy)}`;
  await files.rename(objectKey, key);
  return key;
}
