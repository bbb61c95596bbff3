import { Injectable } from '@nestjs/common';
import type { ManifestTimeline } from '../../media/manifests/timeline.js';

/** Manifests are views over the index: kept in memory while a directory is recorded into, written beside the media. */
@Injectable()
export abstract class ManifestService {
  /** Tells whether something records into the directory: manifests published after it are dynamic or static. */
  abstract setLive(directory: string, isLive: boolean): void;
  /** Rewrites the manifests and session files of a directory from the rows. Calls while one runs become one more run. */
  abstract publish(directory: string): Promise<void>;
  abstract timeline(directory: string): Promise<ManifestTimeline>;
}
