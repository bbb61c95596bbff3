import { MoreThanOrEqual, type EntityManager } from 'typeorm';
import { lockNames } from '../../../persistence/row-locks.js';
import type { LastNames } from '../directories/directory-state.js';
import { DirectoryMark, RecordingSession } from '../entities/index.js';
import { namesIn } from '../commits/lock-session.js';
import { parseInitName, splitKey } from '../directories/object-names.js';

const NOTHING_DELETED: LastNames = { lastNumber: 0, lastVideoInit: 0, lastAudioInit: 0 };

/** A recording that was told of an init has a row by then, or its publisher never connected. */
const ENTERING_MS = 120_000;

/** Remembers that something is about to record there. To be called in a transaction. */
export async function enterDirectory(manager: EntityManager, directory: string): Promise<LastNames> {
  const mark = await markOf(manager, directory);
  mark.enteredAt = new Date();
  await manager.save(mark);
  return mark;
}

/** Names that must not be given out again. To be called in the transaction that deletes their rows. */
export async function markDeleted(
  manager: EntityManager,
  directory: string,
  { lastNumber, initKeys }: { readonly lastNumber: number; readonly initKeys: readonly string[] },
): Promise<void> {
  const mark = await markOf(manager, directory);
  const inits = initKeys.map((key) => parseInitName(splitKey(key).name));
  const lastInit = (kind: 'video' | 'audio', before: number): number =>
    inits.reduce((last, init) => (init?.kind === kind ? Math.max(last, init.number) : last), before);
  mark.lastNumber = Math.max(mark.lastNumber, lastNumber);
  mark.lastVideoInit = lastInit('video', mark.lastVideoInit);
  mark.lastAudioInit = lastInit('audio', mark.lastAudioInit);
  await manager.save(mark);
}

/** @returns when it is sure that no recording without a row goes by the inits that lie there now */
export async function initsFreeAt(manager: EntityManager, directory: string): Promise<Date> {
  const { enteredAt } = await markOf(manager, directory);
  const now = new Date();
  if (enteredAt === null) return now;
  const hasRow = await manager.existsBy(RecordingSession, { directory, createdAt: MoreThanOrEqual(enteredAt) });
  return hasRow ? now : new Date(Math.max(now.getTime(), enteredAt.getTime() + ENTERING_MS));
}

async function markOf(manager: EntityManager, directory: string): Promise<DirectoryMark> {
  await lockNames(manager, [namesIn(directory)]);
  const mark = await manager.findOneBy(DirectoryMark, { directory });
  return mark ?? manager.create(DirectoryMark, { directory, enteredAt: null, ...NOTHING_DELETED });
}
