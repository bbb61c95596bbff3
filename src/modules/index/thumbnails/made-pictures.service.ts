import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { PictureMaker } from './picture-maker.js';
import { ThumbnailCache, type PictureName } from './thumbnail-cache.js';

const MIB = 2 ** 20;

/** A picture that was made, to be kept where it would be made the same again. */
export interface MadePicture {
  readonly bytes: Buffer;
  readonly isLasting: boolean;
}

/** @param signal nobody wants it any more */
export type MakePicture = (maker: PictureMaker, signal: AbortSignal) => Promise<MadePicture>;

/** One that is being made, for all who ask. */
interface PictureUnderWay {
  readonly made: Promise<MadePicture>;
  readonly stop: AbortController;
  askers: number;
}

/** Pictures that are made of what was recorded when they are asked for, once for all who do, and kept for a while. */
@Injectable()
export class MadePicturesService implements OnApplicationShutdown {
  private readonly maker = new PictureMaker();
  private readonly cache: ThumbnailCache;
  private readonly running = new Map<string, PictureUnderWay>();

  constructor(@Inject(APP_CONFIG) { playback }: AppConfig) {
    this.cache = new ThumbnailCache(playback.thumbnails_dir, playback.thumbnails_mib * MIB);
  }

  onApplicationShutdown(): Promise<void> {
    return this.maker.close();
  }

  /** Whether this server can make any. */
  get isAble(): boolean {
    return this.maker.isAble;
  }

  /**
   * @param make is told when all who asked have gone
   * @param left is aborted when who asks now has gone
   * @throws what `make` throws
   */
  async picture(name: PictureName, make: MakePicture, left: AbortSignal): Promise<Buffer> {
    const kept = await this.cache.read(name);
    if (kept !== undefined) return kept;
    left.throwIfAborted();
    const key = JSON.stringify(name);
    const picture = this.running.get(key) ?? this.begin(key, name, make);
    picture.askers += 1;
    const leave = (): void => {
      picture.askers -= 1;
      if (picture.askers > 0) return;
      this.forgetRun(key, picture);
      picture.stop.abort();
    };
    left.addEventListener('abort', leave, { once: true });
    try {
      return (await picture.made).bytes;
    } finally {
      left.removeEventListener('abort', leave);
    }
  }

  private begin(key: string, name: PictureName, make: MakePicture): PictureUnderWay {
    const stop = new AbortController();
    const picture = { made: this.make(name, make, stop.signal), stop, askers: 0 };
    this.running.set(key, picture);
    const forget = (): void => {
      this.forgetRun(key, picture);
    };
    picture.made.then(forget, forget);
    return picture;
  }

  private async make(name: PictureName, make: MakePicture, signal: AbortSignal): Promise<MadePicture> {
    const made = await make(this.maker, signal);
    if (made.isLasting) await this.cache.write(name, made.bytes);
    return made;
  }

  /** Who asks from now on does not get one that is given up. */
  private forgetRun(key: string, picture: PictureUnderWay): void {
    if (this.running.get(key) === picture) this.running.delete(key);
  }

  /** Pictures of a directory of which something was deleted are made anew when they are asked for. */
  forget(directory: string): Promise<void> {
    return this.cache.forget(directory);
  }
}
