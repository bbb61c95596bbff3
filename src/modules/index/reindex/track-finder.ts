import { randomUUID } from 'node:crypto';
import type { MediaKind } from '../../../media/codecs/codec.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import { findStore, type Archive } from '../archive/archive.js';
import type { TrackRow } from '../entities/index.js';
import type { DirectoryScope } from '../fsck/directory-scope.js';
import { readInit } from '../archive/media-content.js';
import { parseInitName, splitKey } from '../directories/object-names.js';

/** A track, whatever session it is of. */
export type KnownTrack = Omit<TrackRow, 'createdAt' | 'lostAt' | 'sessionId'>;

interface Candidate {
  readonly number: number;
  readonly modifiedAtMs: number;
  readonly track: KnownTrack;
}

/**
 * Which init object a segment without a row goes with: a file does not name it. Of several the newest that was there when
 * the segment was half written is taken.
 */
export class TrackFinder {
  private constructor(private readonly candidates: readonly Candidate[]) {}

  static async of(archive: Archive, scope: DirectoryScope): Promise<TrackFinder> {
    const names = new Set([scope.local, scope.bucket, scope.backup].flatMap((listing) => [...(listing?.keys() ?? [])]));
    const candidates: Candidate[] = [];
    for (const name of names) {
      const number = parseInitName(name)?.number;
      const found = number === undefined ? undefined : await candidateOf(archive, scope, name, number);
      if (found !== undefined) candidates.push(found);
    }
    return new TrackFinder(candidates.sort((one, other) => one.number - other.number));
  }

  /**
   * @param modifiedAtMs when the last bytes of the segment were stored
   * @param durationTicks its length
   */
  find(kind: MediaKind, modifiedAtMs: number, durationTicks: number): KnownTrack | undefined {
    const own = this.candidates.filter(({ track }) => track.kind === kind);
    const fitting = own.findLast(({ track, modifiedAtMs: initAtMs }) => {
      const halfMs = (durationTicks * 1000) / track.timescale / 2;
      return initAtMs <= modifiedAtMs - halfMs;
    });
    return (fitting ?? own[0])?.track;
  }
}

async function candidateOf(
  { stores }: Archive,
  { directory, tracks }: DirectoryScope,
  name: string,
  number: number,
): Promise<Candidate | undefined> {
  const key = parseObjectKey(`${directory}/${name}`);
  const store = await findStore(stores, key);
  const facts = await store?.head(key);
  if (store === undefined || facts === undefined) return undefined;
  const known = tracks.findLast(({ initObjectKey }) => initObjectKey === key);
  const track = known === undefined ? await trackOf(store, directory, name) : withoutSession(known);
  return track && { number, modifiedAtMs: facts.modifiedAt.getTime(), track };
}

function withoutSession(row: TrackRow): KnownTrack {
  const { directory, trackId, kind, codecName, codecString, timescale, width, height, sampleRate, channels } = row;
  const { initObjectKey, initSizeBytes, initSha256 } = row;
  const init = { initObjectKey, initSizeBytes, initSha256 };
  return { directory, trackId, kind, codecName, codecString, timescale, ...init, width, height, sampleRate, channels };
}

async function trackOf(
  store: Parameters<typeof readInit>[0],
  directory: string,
  name: string,
): Promise<KnownTrack | undefined> {
  const key = parseObjectKey(`${directory}/${name}`);
  const { description, sizeBytes, sha256 } = await readInit(store, key);
  if (description === undefined || description.codec.kind !== parseInitName(name)?.kind) return undefined;
  const { codec, codecString, timescale, width, height, sampleRate, channels } = description;
  return {
    directory,
    trackId: randomUUID(),
    kind: codec.kind,
    codecName: codec.name,
    codecString,
    timescale,
    initObjectKey: `${directory}/${splitKey(key).name}`,
    initSizeBytes: sizeBytes,
    initSha256: sha256,
    width: width ?? null,
    height: height ?? null,
    sampleRate: sampleRate ?? null,
    channels: channels ?? null,
  };
}
