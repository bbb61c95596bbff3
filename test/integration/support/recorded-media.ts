import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { RecordedObject } from '../../../src/engine/index.js';
import { cmaf } from '../../../src/media/containers/index.js';
import { parseObjectKey } from '../../../src/modules/storage/ports/object-key.js';
import type { StorageDriver } from '../../../src/modules/storage/ports/storage-driver.js';
import type { EncodedTrack } from '../../support/encoded-segments.js';
import { DIRECTORY, sessionInput, START, type IndexFixture } from './index-fixture.js';

/** Media that goes into the index as the recorder's does. */
export interface RecordedMedia {
  readonly tracks: readonly EncodedTrack[];
  readonly sessionId?: string;
  readonly startedAt?: Date;
  readonly period?: number;
  /** Of its first segment and init. */
  readonly number?: number;
}

/** A session, or another Period of it, with objects and rows. The times in the segments are those of the session. */
export async function recordMedia(fixture: IndexFixture, media: RecordedMedia): Promise<void> {
  const { index, sessions, storage } = fixture;
  const { tracks, sessionId = 's1', startedAt = START, period = 0, number: first = 1 } = media;
  if ((await sessions.session(sessionId)) === undefined) {
    await index.openSession(sessionInput({ id: sessionId, startedAt }));
    await index.anchorSession(sessionId, startedAt.getTime());
  }
  for (const track of tracks) {
    const { kind } = track.codec;
    const key = `${DIRECTORY}/${cmaf.initName(kind, first)}`;
    await storage.put(parseObjectKey(key), track.init);
    await index.commitTrack(sessionId, {
      trackId: `${kind}-${String(first)}`,
      kind,
      codecName: track.codec.name,
      codecString: cmaf.readInit(track.init)?.codecString ?? '',
      timescale: track.codec.clockRate,
      directory: DIRECTORY,
      initObjectKey: key,
      initSizeBytes: track.init.length,
      initSha256: sha256(track.init),
      width: kind === 'video' ? 320 : undefined,
      height: kind === 'video' ? 180 : undefined,
      sampleRate: kind === 'audio' ? 48_000 : undefined,
      channels: kind === 'audio' ? 2 : undefined,
    });
  }
  const count = Math.max(...tracks.map(({ segments }) => segments.length));
  for (let position = 0; position < count; position++) {
    const number = first + position;
    const objects: RecordedObject[] = [];
    for (const { codec, segments } of tracks) {
      const bytes = segments[position];
      if (bytes === undefined) continue;
      const objectKey = `${DIRECTORY}/${cmaf.segmentName(codec.kind, number)}`;
      await storage.put(parseObjectKey(objectKey), bytes);
      objects.push(recordedObject({ trackId: `${codec.kind}-${String(first)}`, codec, objectKey, bytes }));
    }
    await index.commitSegment({ recordingSessionId: sessionId, directory: DIRECTORY, number, period, objects });
  }
}

/** Ends the session at a time after its start. */
export async function completeMedia({ index }: IndexFixture, sessionId: string, endedAt: Date): Promise<void> {
  await index.setSessionState(sessionId, { state: 'completed', reason: 'requested', endedAt });
}

function recordedObject(written: {
  readonly trackId: string;
  readonly codec: EncodedTrack['codec'];
  readonly objectKey: string;
  readonly bytes: Uint8Array;
}): RecordedObject {
  const { trackId, codec, objectKey, bytes } = written;
  const scanned = cmaf.scanSegment((offset, length) => bytes.subarray(offset, offset + length), bytes.length);
  return {
    trackId,
    kind: codec.kind,
    objectKey,
    sizeBytes: bytes.length,
    sha256: sha256(bytes),
    startTicks: scanned.startTicks,
    durationTicks: scanned.durationTicks,
    timescale: codec.clockRate,
    samples: scanned.samples,
    independent: scanned.isIndependent,
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The folder lets go of everything, as it does of what was uploaded long ago: only the bucket has it. */
export async function moveToBucket({ storage, root }: IndexFixture, bucket: StorageDriver): Promise<void> {
  for await (const { key, sizeBytes } of storage.list(DIRECTORY)) {
    await bucket.put(key, await storage.read(key, sizeBytes, { start: 0, end: sizeBytes - 1 }), { sizeBytes });
  }
  await rm(join(root, DIRECTORY), { recursive: true });
}
