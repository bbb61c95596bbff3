import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { findCodec } from '../../../media/codecs/index.js';
import { cmaf, encodeRepeated } from '../../../media/containers/index.js';
import type { FillerName } from '../../../media/manifests/filler-name.js';
import type { PaddedName } from '../../../media/manifests/padded-name.js';
import { fillerStretch, SILENCE_FRAME_MS } from '../../../media/manifests/filler.js';
import { msToTicks, ticksToMs } from '../../../media/timeline/ticks.js';
import { StorageService } from '../../storage/storage.service.js';
import { RecordingSession, SegmentRow, TrackRow } from '../entities/index.js';
import { readFirstSample, readPart } from './first-sample.js';
import { splitKey } from '../directories/object-names.js';
import { keptObjects, unplayableTracks } from '../object-state/segment-loss.js';

/** No segment lasts so long. */
const MAX_STRETCH_MS = 10 * 60 * 1000;

interface FillerParts {
  /** What is continued. */
  readonly source: RecordedObject;
  /** What the filled segment has of the other kind. */
  readonly beside: RecordedObject;
}

/**
 * Makes the objects that stand in for a kind of media that a segment has none of: silence, or the source's key frame for
 * as long as the other kind lasts. And key frames by themselves, for players that look for a place. The same rows give the same bytes; nothing of it is stored.
 */
@Injectable()
export class FillerService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly storage: StorageService,
  ) {}

  /**
   * @returns undefined for a name that no manifest of the directory has
   * @throws {ObjectNotFoundError | StorageUnavailableError}
   */
  async make(directory: string, name: FillerName): Promise<Buffer | undefined> {
    const { kind } = name;
    const parts = await this.findParts(directory, name);
    if (parts === undefined) return undefined;
    const stretch = fillerStretch(kind, parts.beside, parts.source.timescale);
    const lengthMs = ticksToMs(stretch.durationTicks, stretch.timescale);
    if (lengthMs > MAX_STRETCH_MS) return undefined;
    const bytes = await (kind === 'audio'
      ? this.silence(splitKey(parts.source.objectKey).directory, parts.source)
      : readFirstSample(this.storage, parts.source));
    const count = kind === 'audio' ? Math.round(lengthMs / SILENCE_FRAME_MS) : 1;
    return bytes && Buffer.from(encodeRepeated(cmaf, { kind, bytes, count, ...stretch }));
  }

  /**
   * A recorded segment of sound, byte for byte, with fragments of silence before and behind it.
   *
   * @returns undefined for a segment without sound, and for silence before the beginning of time
   * @throws {ObjectNotFoundError | StorageUnavailableError}
   */
  async pad(directory: string, { number, headFrames, tailFrames }: PaddedName): Promise<Buffer | undefined> {
    const row = await this.dataSource.manager.findOneBy(SegmentRow, { directory, number });
    const sound = (await this.playableObjects(row)).find(({ kind }) => kind === 'audio');
    const bytes = sound && (await this.silence(directory, sound));
    if (sound === undefined || bytes === undefined) return undefined;
    const { startTicks, durationTicks, timescale, sizeBytes } = sound;
    const frameTicks = msToTicks(SILENCE_FRAME_MS, timescale);
    if (startTicks < headFrames * frameTicks) return undefined;
    const silence = (fromTicks: number, count: number): Uint8Array =>
      encodeRepeated(cmaf, { kind: 'audio', bytes, count, startTicks: fromTicks, durationTicks: count * frameTicks });
    return Buffer.concat([
      ...(headFrames === 0 ? [] : [silence(startTicks - headFrames * frameTicks, headFrames)]),
      await readPart(this.storage, sound, 0, sizeBytes),
      ...(tailFrames === 0 ? [] : [silence(startTicks + durationTicks, tailFrames)]),
    ]);
  }

  /**
   * The key frame that a recorded segment begins with, by itself and for as long as the segment lasts.
   *
   * @returns undefined for a segment that begins with none
   * @throws {ObjectNotFoundError | StorageUnavailableError}
   */
  async keyFrame(directory: string, number: number): Promise<Buffer | undefined> {
    const row = await this.dataSource.manager.findOneBy(SegmentRow, { directory, number });
    const objects = await this.playableObjects(row);
    const picture = objects.find(({ kind, independent }) => kind === 'video' && independent);
    const bytes = picture && (await readFirstSample(this.storage, picture));
    if (picture === undefined || bytes === undefined) return undefined;
    const { startTicks, durationTicks } = picture;
    return Buffer.from(encodeRepeated(cmaf, { kind: 'video', bytes, count: 1, startTicks, durationTicks }));
  }

  private async findParts(directory: string, { kind, source, number }: FillerName): Promise<FillerParts | undefined> {
    const { manager } = this.dataSource;
    const row = await manager.findOneBy(SegmentRow, { directory, number });
    const continued = (await this.playableObjects(await this.findSource(row, source))).find(
      (object) => object.kind === kind && object.independent,
    );
    const objects = await this.playableObjects(row);
    const [beside] = objects;
    const isMissing = objects.every((object) => object.kind !== kind);
    return continued && beside && isMissing ? { source: continued, beside } : undefined;
  }

  /** As manifests show them. */
  private async playableObjects(row: SegmentRow | null): Promise<RecordedObject[]> {
    if (row === null) return [];
    const unplayable = await unplayableTracks(this.dataSource.manager, row.directory);
    return keptObjects(row).filter(({ trackId }) => !unplayable.has(trackId));
  }

  /** In the same directory, or in another one of the same stream. */
  private async findSource(row: SegmentRow | null, source: FillerName['source']): Promise<SegmentRow | null> {
    if (row === null) return null;
    const { manager } = this.dataSource;
    const { directory } = row;
    const isThere = typeof source === 'number' ? { directory, number: source } : source;
    const [found = null] = await manager.find(SegmentRow, { where: isThere, take: 1 });
    if (found === null || found.sessionId === row.sessionId) return found;
    const sessions = await manager.findBy(RecordingSession, { id: In([found.sessionId, row.sessionId]) });
    return sessions.length === 2 && sessions[0]?.stream === sessions[1]?.stream ? found : null;
  }

  private async silence(directory: string, { trackId }: RecordedObject): Promise<Uint8Array | undefined> {
    const track = await this.dataSource.manager.findOneBy(TrackRow, { directory, trackId });
    return track === null ? undefined : findCodec(track.codecName, track.kind)?.isobmff?.silence;
  }
}
