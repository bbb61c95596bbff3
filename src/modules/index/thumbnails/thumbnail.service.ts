import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { cmaf, encodeRepeated } from '../../../media/containers/index.js';
import { StorageService } from '../../storage/storage.service.js';
import { readFirstSample, readPart } from '../object-access/first-sample.js';
import { PlaybackRangeService } from '../playback-range.service.js';
import { findPicture, type RecordedPicture } from './find-picture.js';
import { PictureMaker } from './picture-maker.js';
import { ThumbnailCache } from './thumbnail-cache.js';
import { NoPictureError, ThumbnailFailedError } from './thumbnail.errors.js';

const MIB = 2 ** 20;

/** Small pictures of what was recorded, made when they are asked for, one at a time and never on the way of media. */
@Injectable()
export class ThumbnailService implements OnApplicationShutdown {
  private readonly maker = new PictureMaker();
  private readonly cache: ThumbnailCache;
  private readonly made = new Map<string, Promise<Buffer>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly ranges: PlaybackRangeService,
    private readonly storage: StorageService,
    @Inject(APP_CONFIG) { playback }: AppConfig,
  ) {
    this.cache = new ThumbnailCache(playback.thumbnails_dir, playback.thumbnails_mib * MIB);
  }

  onApplicationShutdown(): Promise<void> {
    return this.maker.close();
  }

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
   * @returns a JPEG
   * @throws {ThumbnailsUnavailableError | ThumbnailsBusyError | ThumbnailFailedError}
   * @throws {ObjectNotFoundError | StorageUnavailableError}
   */
  async thumbnail(picture: RecordedPicture): Promise<Buffer> {
    const { sha256 } = picture.object;
    const name = { directory: picture.directory, number: picture.number, sha256 };
    const kept = await this.cache.read(name);
    if (kept !== undefined) return kept;
    const running = this.made.get(sha256);
    if (running !== undefined) return running;
    const making = this.make(picture).finally(() => this.made.delete(sha256));
    this.made.set(sha256, making);
    const bytes = await making;
    await this.cache.write(name, bytes);
    return bytes;
  }

  /**
   * @returns an MP4 of one picture
   * @throws {ObjectNotFoundError | StorageUnavailableError | ThumbnailFailedError}
   */
  async keyFrame({ object, track }: RecordedPicture): Promise<Buffer> {
    const { initObjectKey: objectKey, initSizeBytes: sizeBytes, timescale } = track;
    const sample = await readFirstSample(this.storage, object);
    if (sample === undefined) throw new ThumbnailFailedError('the segment does not begin with one');
    const init = await readPart(this.storage, { objectKey, sizeBytes }, 0, sizeBytes);
    const still = { kind: 'video', bytes: sample, count: 1, startTicks: 0, durationTicks: timescale } as const;
    return Buffer.concat([init, encodeRepeated(cmaf, still)]);
  }

  /** Pictures of a directory of which something was deleted are made anew when they are asked for. */
  forget(directory: string): Promise<void> {
    return this.cache.forget(directory);
  }

  private async make(picture: RecordedPicture): Promise<Buffer> {
    return this.maker.make(await this.keyFrame(picture));
  }
}
