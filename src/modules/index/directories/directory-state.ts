import type { KnownInit, RecordingDirectory } from '../../../engine/index.js';
import type { MediaKind } from '../../../media/codecs/codec.js';
import type { DirectoryMark, TrackRow } from '../entities/index.js';
import { parseInitName, parseSegmentName, splitKey } from './object-names.js';

/**
 * What a recording must know before it writes into a directory: which numbers are free, which inits lie there.
 * A number is taken by a row, by a file or by what was deleted there, whichever is highest: bytes that never got a row are
 * not overwritten either, and nothing new comes under a name that a player may have kept.
 * An init is known as long as its object is there: one that was deleted would be missed by all that point at it.
 *
 * @param lastNumber highest segment number of the rows, 0 without any
 * @param sizes bytes by name of the objects that lie in the directory, as files or in a bucket
 */
export function directoryStateOf(
  directory: string,
  lastNumber: number,
  tracks: readonly TrackRow[],
  sizes: ReadonlyMap<string, number>,
  mark: LastNames,
): RecordingDirectory {
  const names = [...sizes.keys()];
  const segments = names.map((name) => parseSegmentName(name)?.number ?? 0);
  const inits = [...names, ...tracks.map(({ initObjectKey }) => splitKey(initObjectKey).name)].map(parseInitName);
  const nextInit = (kind: MediaKind): number =>
    1 +
    inits.reduce((last, init) => (init?.kind === kind ? Math.max(last, init.number) : last), lastInitOf(mark, kind));
  return {
    directory,
    nextSegmentNumber:
      1 + segments.reduce((last, number) => Math.max(last, number), Math.max(lastNumber, mark.lastNumber)),
    nextInitNumber: { video: nextInit('video'), audio: nextInit('audio') },
    knownInits: knownInits(tracks.filter((track) => hasInit(track, sizes))),
  };
}

/** @returns whether rows and the files of the folder say all that is to be known, so that no bucket need be asked */
export function isKnown(lastNumber: number, tracks: readonly TrackRow[], sizes: ReadonlyMap<string, number>): boolean {
  return (lastNumber > 0 || tracks.length > 0) && tracks.every((track) => hasInit(track, sizes));
}

function hasInit({ initObjectKey, initSizeBytes }: TrackRow, sizes: ReadonlyMap<string, number>): boolean {
  return sizes.get(splitKey(initObjectKey).name) === initSizeBytes;
}

/** The highest names that were ever deleted in a directory; 0 for none. */
export type LastNames = Pick<DirectoryMark, 'lastNumber' | 'lastVideoInit' | 'lastAudioInit'>;

function lastInitOf({ lastVideoInit, lastAudioInit }: LastNames, kind: MediaKind): number {
  return kind === 'video' ? lastVideoInit : lastAudioInit;
}

/** @returns each init object once, under the track id that its newest row has */
export function knownInits(tracks: readonly TrackRow[]): KnownInit[] {
  const inits = new Map<string, KnownInit>();
  for (const { trackId, kind, initObjectKey: objectKey, initSha256: sha256 } of tracks) {
    inits.set(objectKey, { trackId, kind, objectKey, sha256 });
  }
  return [...inits.values()];
}
