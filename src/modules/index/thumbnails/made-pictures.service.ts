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

/** Pictures that are made of what was recorded when they are asked for, once for all who do, and kept for a while. */
@Injectable()
export class MadePicturesService implements OnApplicationShutdown {
  private readonly maker = new PictureMaker();
  private readonly cache: ThumbnailCache;
  private readonly running = new Map<string, Promise<MadePicture>>();

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

  /** @throws what `make` throws */
  async picture(name: PictureName, make: (maker: PictureMaker) => Promise<MadePicture>): Promise<Buffer> {
    const kept = await this.cache.read(name);
    if (kept !== undefined) return kept;
    const key = JSON.stringify(name);
    const running = this.running.get(key);
    if (running !== undefined) return (await running).bytes;
    const making = make(this.maker).finally(() => this.running.delete(key));
    this.running.set(key, making);
    const { bytes, isLasting } = await making;
    if (isLasting) await this.cache.write(name, bytes);
    return bytes;
  }

  /** Pictures of a directory of which something was deleted are made anew when they are asked for. */
  forget(directory: string): Promise<void> {
    return this.cache.forget(directory);
  }
}
