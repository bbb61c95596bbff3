import type { RecordedObject } from '../../../../engine/index.js';
import { cmaf, encodeRepeated } from '../../../../media/containers/index.js';
import { ObjectNotFoundError } from '../../../storage/storage.errors.js';
import type { StorageService } from '../../../storage/storage.service.js';
import type { TrackRow } from '../../entities/index.js';
import { readFirstSample } from '../../object-access/first-sample.js';
import { readInit } from '../read-init.js';
import { FIRST_SECOND } from './draw-sheet.js';

/** So many are read while ffmpeg is busy with the one before: a bucket takes its time. */
const READ_AHEAD = 4;

type Readable = Pick<StorageService, 'read'>;

/**
 * Key frames of a track as an MP4 that shows one each second. What is not where it should be leaves its second empty.
 *
 * @param onMissing is called for each that is not there
 * @throws {StorageUnavailableError}
 */
export async function* keyFrameFilm(
  storage: Readable,
  track: TrackRow,
  objects: readonly RecordedObject[],
  onMissing: () => void,
): AsyncGenerator<Uint8Array> {
  const { timescale } = track;
  const orMissing = async <T>(reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
      onMissing();
      return undefined;
    }
  };
  const init = await orMissing(readInit(storage, track));
  if (init === undefined) return;
  yield init;
  let second = FIRST_SECOND;
  for await (const bytes of readAhead(objects, (object) => orMissing(readFirstSample(storage, object)))) {
    const startTicks = second * timescale;
    second += 1;
    if (bytes === undefined) continue;
    yield encodeRepeated(cmaf, { kind: 'video', bytes, count: 1, startTicks, durationTicks: timescale });
  }
}

/** @returns what is read of each, in their order */
async function* readAhead<T, R>(items: readonly T[], read: (item: T) => Promise<R>): AsyncGenerator<R> {
  const reading: Promise<R>[] = [];
  for (const item of items) {
    const next = read(item);
    // Nobody may be waiting for it any more when it fails.
    next.catch(() => undefined);
    reading.push(next);
    const first = reading.length > READ_AHEAD ? reading.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const rest of reading) yield await rest;
}
