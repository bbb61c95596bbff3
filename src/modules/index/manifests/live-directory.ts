import type { ManifestTimeline } from '../../../media/manifests/timeline.js';
import type { ManifestName } from '../object-names.js';
import { DirectoryView } from './directory-view.js';
import { writeManifest, type ManifestDocument } from './manifest-document.js';
import { WriteBudget } from './write-budget.js';

interface Rendered {
  readonly version: number;
  readonly second: number;
  readonly document: ManifestDocument;
}

/** What is kept in memory of a directory that something records into. */
export class LiveDirectory {
  readonly view: DirectoryView;
  readonly budget = new WriteBudget();
  /** State of the sessions when their files were last written. */
  readonly written = new Map<string, number>();
  timer: NodeJS.Timeout | undefined;
  private readonly rendered = new Map<ManifestName, Rendered>();

  /** @param nowEpochMs the clock of what records into it */
  constructor(
    directory: string,
    public nowEpochMs: () => number,
  ) {
    this.view = new DirectoryView(directory);
  }

  /**
   * @param nowMs wall clock; the manifest tells players what time it is, so it is made anew each second it is asked for
   * @returns the same document for the same rows in the same second
   */
  document(name: ManifestName, nowMs: number, timeline: () => ManifestTimeline): ManifestDocument {
    const { version } = this.view;
    const second = name === 'manifest.mpd' ? Math.floor(nowMs / 1000) : 0;
    const before = this.rendered.get(name);
    if (before?.version === version && before.second === second) return before.document;
    const document = writeManifest(name, timeline(), new Date(nowMs));
    this.rendered.set(name, { version, second, document });
    return document;
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
