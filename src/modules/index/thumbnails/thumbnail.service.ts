import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { cmaf, encodeRepeated } from '../../../media/containers/index.js';
import { StorageService } from '../../storage/storage.service.js';
import { readFirstSample } from '../object-access/first-sample.js';
import { PlaybackRangeService } from '../playback-range.service.js';
import { findPicture, type RecordedPicture } from './find-picture.js';
import { MadePicturesService, type MakePicture } from './made-pictures.service.js';
import { readInit } from './read-init.js';
import { NoPictureError, ThumbnailFailedError } from './thumbnail.errors.js';

/** Small pictures of what was recorded, made when they are asked for, one at a time and never on the way of media. */
@Injectable()
export class ThumbnailService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ranges: PlaybackRangeService,
    private readonly storage: StorageService,
    private readonly pictures: MadePicturesService,
  ) {}

  /**
   * The key frame that is shown at an instant, or the nearest one.
   *
   * @throws {RangeInFutureError | StreamNotRecordedError | NothingRecordedError | RangeGoneError | NoPictureError}
   */
  async find(stream: string, atMs: number): Promise<RecordedPicture> {
    const { parts } = await this.ranges.find(stream, { fromMs: atMs, toMs: atMs + 1 });
    for (const { directory, sessionId, firstNumber: number } of parts) {
      const picture = await findPicture(this.dataSource.manager, { directory, sessionId, number });
      if (picture !== undefined) return picture;
    }
    throw new NoPictureError(stream);
  }

  /**
   * @param left is aborted when who asks has gone
   * @returns a JPEG
   * @throws {ThumbnailsUnavailableError | ThumbnailsBusyError | ThumbnailFailedError}
   * @throws {ObjectNotFoundError | StorageUnavailableError}
   */
  thumbnail(picture: RecordedPicture, left: AbortSignal): Promise<Buffer> {
    const { directory, number, object } = picture;
    const id = `${String(number)}-${object.sha256.slice(0, 16)}`;
    const make: MakePicture = async (maker, signal) => {
      const bytes = await maker.make(await this.keyFrame(picture), signal);
      return { bytes, isLasting: true };
    };
    return this.pictures.picture({ directories: [directory], id }, make, left);
  }

  /**
   * @returns an MP4 of one picture
   * @throws {ObjectNotFoundError | StorageUnavailableError | ThumbnailFailedError}
   */
  async keyFrame({ object, track }: RecordedPicture): Promise<Buffer> {
    const { timescale } = track;
    const sample = await readFirstSample(this.storage, object);
    if (sample === undefined) throw new ThumbnailFailedError('the segment does not begin with one');
    const init = await readInit(this.storage, track);
    const still = { kind: 'video', bytes: sample, count: 1, startTicks: 0, durationTicks: timescale } as const;
    return Buffer.concat([init, encodeRepeated(cmaf, still)]);
  }

  /** Pictures of a directory of which something was deleted are made anew when they are asked for. */
  forget(directory: string): Promise<void> {
    return this.pictures.forget(directory);
  }
}
