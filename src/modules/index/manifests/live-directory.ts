import type { AskedPlaces } from '../../../media/manifests/places.js';
import type { ManifestTimeline } from '../../../media/manifests/timeline.js';
import type { ManifestName } from '../directories/object-names.js';
import { DirectoryView } from './directory-view.js';
import { askedPlaces, writeManifest, type ManifestDocument } from './manifest-document.js';
import { WriteBudget } from './write-budget.js';

interface Rendered {
  readonly version: number;
  readonly second: number;
  readonly document: ManifestDocument;
}

/** Playlists that are asked for by other numbers are written each time. */
const MOST_RENDERED = 16;

/** What is kept in memory of a directory that something records into. */
export class LiveDirectory {
  readonly view: DirectoryView;
  readonly budget = new WriteBudget();
  /** State of the sessions when their files were last written. */
  readonly written = new Map<string, number>();
  timer: NodeJS.Timeout | undefined;
  /** Why its files could not be written the last time. */
  failure: { readonly cause: unknown } | undefined;
  private readonly rendered = new Map<string, Rendered>();

  /** @param nowEpochMs the clock of what records into it */
  constructor(
    directory: string,
    public nowEpochMs: () => number,
  ) {
    this.view = new DirectoryView(directory);
  }

  /**
   * @param nowMs wall clock; the manifest tells players what time it is, so it is made anew each second it is asked for
   * @param asked by what number places are asked for, which need not be known
   * @returns the same document for the same rows in the same second
   */
  document(
    name: ManifestName,
    { nowMs, asked }: { readonly nowMs: number; readonly asked: number | undefined },
    timeline: (places: AskedPlaces) => ManifestTimeline,
  ): ManifestDocument {
    const { version } = this.view;
    const second = name === 'manifest.mpd' ? Math.floor(nowMs / 1000) : 0;
    const places = askedPlaces(name, asked);
    const key = `${name} ${String(places)}`;
    const before = this.rendered.get(key);
    if (before?.version === version && before.second === second) return before.document;
    const document = writeManifest(name, timeline(places), new Date(nowMs));
    this.rendered.delete(key);
    this.rendered.set(key, { version, second, document });
    const [oldest] = this.rendered.keys();
    if (this.rendered.size > MOST_RENDERED && oldest !== undefined) this.rendered.delete(oldest);
    return document;
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
