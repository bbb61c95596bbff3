import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { buffer } from 'node:stream/consumers';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import type { AskedPlaces } from '../../media/manifests/places.js';
import type { ManifestTimeline } from '../../media/manifests/timeline.js';
import { largestOf } from '../../shared/extremes.js';
import { KeyedQueue } from '../../shared/keyed-queue.js';
import { OutboxService } from '../storage/outbox.service.js';
import { parseObjectKey } from '../storage/ports/object-key.js';
import { StorageService } from '../storage/storage.service.js';
import { RecordingSession, SessionPart } from './entities/index.js';
import { DirectoryView } from './manifests/directory-view.js';
import { LiveDirectory } from './manifests/live-directory.js';
import {
  manifestDocument,
  manifestNamesOf,
  writeManifest,
  type ManifestDocument,
} from './manifests/manifest-document.js';
import { writeSessionFile } from './manifests/session-file.js';
import { sessionFileName, type ManifestName } from './directories/object-names.js';

export type { ManifestDocument } from './manifests/manifest-document.js';

/** Manifests are views over the index: kept in memory while a directory is recorded into, written beside the media. */
@Injectable()
export class ManifestService implements OnModuleDestroy {
  private readonly logger = new Logger(ManifestService.name);
  private readonly live = new Map<string, LiveDirectory>();
  /** Directories whose files may say less than their rows: not written yet, or the disk refused them. */
  private readonly outdated = new Set<string>();
  private readonly queue = new KeyedQueue();
  /** Runs that have not begun: who asks meanwhile is served by them. */
  private readonly waiting = new Map<string, Promise<void>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly storage: StorageService,
    private readonly outbox: OutboxService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleDestroy(): void {
    for (const directory of this.live.values()) directory.close();
  }

  /**
   * Tells whether something records into the directory: what is published from now on is dynamic or static.
   * @param nowEpochMs the clock that the session's times are told by, which is no other when the wall clock is set
   */
  setLive(directory: string, isLive: boolean, nowEpochMs: () => number = Date.now): void {
    const live = this.live.get(directory);
    if (isLive && live !== undefined) live.nowEpochMs = nowEpochMs;
    if (isLive === (live !== undefined)) return;
    live?.close();
    if (isLive) this.live.set(directory, new LiveDirectory(directory, nowEpochMs));
    else {
      this.live.delete(directory);
      this.outdated.add(directory);
    }
  }

  /**
   * Rebuilds the manifests and session files of a directory from the rows. While it is live they are served from memory
   * and large files are written more rarely; a directory without segments gets none.
   *
   * @returns when they say what the rows said at the call, or a later state
   */
  publish(directory: string): Promise<void> {
    const waiting = this.waiting.get(directory);
    if (waiting !== undefined) return waiting;
    this.outdated.add(directory);
    const run = this.queue.run(directory, () => {
      this.waiting.delete(directory);
      return this.rebuild(directory);
    });
    this.waiting.set(directory, run);
    return run;
  }

  /** Runs `work` while no file of the directory is written here: what it deletes does not come back. */
  undisturbed<T>(directory: string, work: () => Promise<T>): Promise<T> {
    return this.queue.run(directory, work);
  }

  async timeline(directory: string): Promise<ManifestTimeline> {
    return this.timelineOf(await this.viewOf(directory), this.live.has(directory));
  }

  /**
   * @param places by what number a playlist of what is live is asked for
   * @returns undefined when the directory has nothing to play
   */
  async document(directory: string, name: ManifestName, places?: number): Promise<ManifestDocument | undefined> {
    const live = this.live.get(directory);
    if (live !== undefined) return this.liveDocument(live, name, places);
    // Files of what was deleted may still lie there.
    if (!(await this.dataSource.manager.existsBy(SessionPart, { directory }))) return undefined;
    const stored = this.outdated.has(directory) ? undefined : await this.stored(`${directory}/${name}`);
    return stored ?? this.rebuilt(directory, name);
  }

  /** @returns undefined when the session has nothing in the directory */
  async sessionFile(directory: string, sessionId: string): Promise<ManifestDocument | undefined> {
    const { manager } = this.dataSource;
    if (!(await manager.existsBy(SessionPart, { directory, sessionId }))) return undefined;
    const stored = await this.stored(`${directory}/${sessionFileName(sessionId)}`);
    if (stored !== undefined) return stored;
    const { updatedAt } = await manager.findOneByOrFail(RecordingSession, { id: sessionId });
    return manifestDocument(await writeSessionFile(manager, sessionId, directory), updatedAt);
  }

  isLive(directory: string): boolean {
    return this.live.has(directory);
  }

  /** What time it is by the clock of what records into the directory. */
  nowEpochMs(directory: string): number {
    return this.live.get(directory)?.nowEpochMs() ?? Date.now();
  }

  private async rebuild(directory: string): Promise<void> {
    const live = this.live.get(directory);
    if (live === undefined) {
      const view = await this.viewOf(directory);
      if (!view.isEmpty) await this.writeAll(view, new Map(), false);
      if (!this.live.has(directory)) this.outdated.delete(directory);
      return;
    }
    await live.view.refresh(this.dataSource.manager);
    if (!live.view.isEmpty) await this.writeWhenDue(live);
  }

  private async writeWhenDue(live: LiveDirectory): Promise<void> {
    clearTimeout(live.timer);
    const waitMs = live.budget.waitMs(performance.now());
    if (waitMs > 0) {
      live.timer = setTimeout(() => void this.publishLater(live), waitMs).unref();
      if (live.failure !== undefined) throw live.failure.cause;
      return;
    }
    const spent = { bytes: 0 };
    try {
      await this.writeAll(live.view, live.written, true, spent);
      live.failure = undefined;
    } catch (cause) {
      live.failure = { cause };
      throw cause;
    } finally {
      live.budget.spend(spent.bytes, performance.now());
    }
  }

  private async publishLater({ view: { directory }, failure }: LiveDirectory): Promise<void> {
    try {
      await this.publish(directory);
    } catch (error) {
      // It was told when it failed first.
      if (failure !== undefined) return;
      this.logger.warn({ err: error, directory }, 'The manifests could not be written; the next segment tries again.');
    }
  }

  /** @param spent is told what was written, also when something fails behind it */
  private async writeAll(
    view: DirectoryView,
    written: Map<string, number>,
    isLive: boolean,
    spent = { bytes: 0 },
  ): Promise<void> {
    const timeline = this.timelineOf(view, isLive);
    for (const { id, updatedAtMs } of view.sessions) {
      if (written.get(id) === updatedAtMs) continue;
      const file = await writeSessionFile(this.dataSource.manager, id, view.directory);
      spent.bytes += await this.put(view, sessionFileName(id), file, isLive);
      written.set(id, updatedAtMs);
    }
    for (const name of manifestNamesOf(view.tracks)) {
      spent.bytes += await this.put(view, name, writeManifest(name, timeline, new Date()).body, isLive);
    }
  }

  /** A growing directory's files are replaced in seconds and made again from the rows after a power cut: no sync. */
  private async put(view: DirectoryView, name: string, body: Buffer, isLive: boolean): Promise<number> {
    const key = parseObjectKey(`${view.directory}/${name}`);
    await this.storage.put(key, body, { isDurable: !isLive });
    await this.outbox.uploadView(key);
    return body.length;
  }

  private async liveDocument(
    live: LiveDirectory,
    name: ManifestName,
    asked: number | undefined,
  ): Promise<ManifestDocument | undefined> {
    if (live.view.version === 0) {
      await this.queue.run(live.view.directory, () => live.view.refresh(this.dataSource.manager));
    }
    if (live.view.isEmpty || !manifestNamesOf(live.view.tracks).includes(name)) return undefined;
    const facts = { nowMs: live.nowEpochMs(), asked };
    return live.document(name, facts, (places) => this.timelineOf(live.view, true, places));
  }

  private async stored(key: string): Promise<ManifestDocument | undefined> {
    const object = await this.storage.head(parseObjectKey(key));
    return object && manifestDocument(await buffer(await this.storage.get(object.key)), object.modifiedAt);
  }

  /** A file that is not there, or not any more, is a view all the same. */
  private async rebuilt(directory: string, name: ManifestName): Promise<ManifestDocument | undefined> {
    const view = await this.viewOf(directory);
    if (view.isEmpty || !manifestNamesOf(view.tracks).includes(name)) return undefined;
    const changedMs = largestOf(view.sessions.map(({ updatedAtMs }) => updatedAtMs));
    return writeManifest(name, this.timelineOf(view, false), new Date(changedMs));
  }

  private async viewOf(directory: string): Promise<DirectoryView> {
    const view = new DirectoryView(directory);
    await view.refresh(this.dataSource.manager);
    return view;
  }

  private timelineOf(view: DirectoryView, isLive: boolean, places?: AskedPlaces): ManifestTimeline {
    const segmentDurationMs = this.config.recorder.segment_duration_seconds * 1000;
    const publishedEpochMs = this.live.get(view.directory)?.nowEpochMs() ?? Date.now();
    return view.timeline({ isLive, publishedEpochMs, segmentDurationMs }, places);
  }
}
