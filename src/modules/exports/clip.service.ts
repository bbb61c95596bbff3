import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import type { ByteRange } from '../../shared/byte-range.js';
import { StorageService } from '../storage/storage.service.js';
import { clipBytes } from './clips/clip-bytes.js';
import { ClipPlanner } from './clips/clip-planner.js';
import { PlanCache } from './clips/plan-cache.js';
import type { ClipRequest, PlannedClip } from './clips/planned-clip.js';
import { ClipTooLongError } from './exports.errors.js';

const HOUR_MS = 3_600_000;

/** Clips that are sent while they are made. */
@Injectable()
export class ClipService {
  private readonly plans = new PlanCache();

  constructor(
    private readonly planner: ClipPlanner,
    private readonly storage: StorageService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Players ask for the same clip many times, a range each: it stays what it was for the first of them.
   *
   * @throws {ClipTooLongError}
   * @throws what {@link ClipPlanner.plan} throws
   */
  async find(request: Omit<ClipRequest, 'format'>): Promise<PlannedClip> {
    const { selection } = request;
    const limitHours = this.config.playback.max_clip_hours;
    if ('fromMs' in selection && lengthMs(selection) > limitHours * HOUR_MS) throw new ClipTooLongError(limitHours);
    const clip = await this.plans.get(JSON.stringify(request), () => this.planner.plan({ ...request, format: 'mp4' }));
    if (clip.durationSeconds * 1000 > limitHours * HOUR_MS) throw new ClipTooLongError(limitHours);
    return clip;
  }

  /** @throws what {@link clipBytes} throws */
  read(clip: PlannedClip, range: ByteRange): AsyncGenerator<Uint8Array> {
    return clipBytes(this.storage, clip, range);
  }
}

function lengthMs({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number | undefined }): number {
  return (toMs ?? Date.now()) - fromMs;
}
