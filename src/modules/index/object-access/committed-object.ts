import { In, type EntityManager } from 'typeorm';
import { findRow } from '../../../persistence/find-row.js';
import { RecordingSession, SegmentRow, SessionPart, TrackRow } from '../entities/index.js';
import { otherKeys, parseObjectKey, plainKey, type ObjectKey } from '../../storage/ports/object-key.js';
import { parseInitName, parseSegmentName, splitKey } from '../directories/object-names.js';
import { lostTracksOf } from '../object-state/segment-loss.js';

/** A segment's or init's object that has a row: its bytes were whole and synced, and never change. */
export interface CommittedObject {
  /** What it is called now: who loaded a manifest before may ask for it by its plain key. */
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly committedAt: Date;
  /** Its bytes were looked for, and are nowhere. */
  readonly isLost: boolean;
  readonly sessionId: string;
  /** Session time of the media that it is needed for; undefined for an init, which is needed for all of its session there. */
  readonly extent: MediaExtent | undefined;
}

interface MediaExtent {
  readonly startMs: number;
  readonly endMs: number;
}

/** @returns undefined for everything but segments and inits that have a row */
export async function findCommittedObject(manager: EntityManager, key: string): Promise<CommittedObject | undefined> {
  const { directory, name } = splitKey(key);
  const number = parseSegmentName(name)?.number;
  if (number === undefined) return findCommittedInit(manager, key);
  const row = await findRow(manager, SegmentRow, { directory, number });
  const object =
    row?.objects.find(({ objectKey }) => objectKey === key) ??
    row?.objects.find(({ objectKey }) => plainKey(objectKey) === key);
  if (row === null || object === undefined) return undefined;
  return {
    key: parseObjectKey(object.objectKey),
    sizeBytes: object.sizeBytes,
    sha256: object.sha256,
    committedAt: row.createdAt,
    isLost: lostTracksOf(row).includes(object.trackId),
    sessionId: row.sessionId,
    extent: { startMs: row.startMs, endMs: row.startMs + row.durationMs },
  };
}

/** @returns wall clock of the media that the object is needed for */
export async function findStretch(
  manager: EntityManager,
  key: string,
  { sessionId, extent, committedAt }: CommittedObject,
): Promise<{ from: Date; to: Date }> {
  const { directory } = splitKey(key);
  const session = await manager.findOneBy(RecordingSession, { id: sessionId });
  const { startMs, endMs } = extent ??
    (await manager.findOneBy(SessionPart, { directory, sessionId })) ?? { startMs: 0, endMs: 0 };
  const zeroMs = (session?.anchoredAt ?? session?.startedAt ?? committedAt).getTime();
  return { from: new Date(zeroMs + startMs), to: new Date(zeroMs + endMs) };
}

async function findCommittedInit(manager: EntityManager, key: string): Promise<CommittedObject | undefined> {
  if (parseInitName(splitKey(key).name) === undefined) return undefined;
  const rows = await manager.find(TrackRow, {
    where: { initObjectKey: In([key, ...otherKeys(parseObjectKey(key))]) },
    order: { createdAt: 'ASC', sessionId: 'ASC' },
  });
  const row = rows.find(({ initObjectKey }) => initObjectKey === key) ?? rows[0];
  if (row === undefined) return undefined;
  const { initSizeBytes: sizeBytes, initSha256: sha256, createdAt: committedAt, sessionId } = row;
  return {
    key: parseObjectKey(row.initObjectKey),
    sizeBytes,
    sha256,
    committedAt,
    isLost: row.lostAt !== null,
    sessionId,
    extent: undefined,
  };
}
