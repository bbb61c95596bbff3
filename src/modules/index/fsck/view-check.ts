import { buffer } from 'node:stream/consumers';
import { bodyOf } from '../../storage/ports/body-of.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import { findStore, type Archive } from '../archive.js';
import { DirectoryView } from '../manifests/directory-view.js';
import { manifestNamesOf, writeManifest } from '../manifests/manifest-document.js';
import { writeSessionFile } from '../manifests/session-file.js';
import { sessionFileName } from '../object-names.js';
import { placeOf, type DirectoryScope } from './directory-scope.js';
import type { FindingKind, Place } from './finding.js';
import type { Findings } from './findings.js';
import { differenceFromRows } from './session-file-difference.js';

/** What follows from the configuration and not from the rows: it may have been changed since. */
const CONFIGURED = / (?:maxSegmentDuration|minBufferTime|publishTime)="[^"]*"|^#EXT-X-TARGETDURATION:.*$/gm;

/** Whether manifests, playlists and session files say what the rows say, and session files all of it: invariants 5 and 6. */
export class ViewCheck {
  /** The next start writes them: they may be behind. */
  private readonly willBeWritten: boolean;

  constructor(
    private readonly archive: Archive,
    private readonly scope: DirectoryScope,
    private readonly findings: Findings,
  ) {
    const hasUnpublished = [...scope.sessions.values()].some(({ publishedAt }) => publishedAt === null);
    this.willBeWritten = hasUnpublished || Number.isFinite(scope.openFromNumber);
  }

  async run(): Promise<void> {
    const { manager } = this.archive.dataSource;
    const view = new DirectoryView(this.scope.directory);
    await view.refresh(manager);
    for (const { sessionId } of this.scope.parts) await this.sessionFile(sessionId);
    const { segmentDurationMs } = this.archive;
    const timeline = view.timeline({ isLive: false, publishedEpochMs: 0, segmentDurationMs });
    for (const name of manifestNamesOf(view.tracks)) {
      // Where nothing can be played there need be none, but one that is there must not say otherwise.
      const key = parseObjectKey(`${this.scope.directory}/${name}`);
      if (view.isEmpty && (await findStore(this.archive.stores, key)) === undefined) continue;
      await this.compare(name, writeManifest(name, timeline, new Date(0)).body, { directory: this.scope.directory });
    }
  }

  private async sessionFile(sessionId: string): Promise<void> {
    if (!this.scope.sessions.has(sessionId)) return;
    const { manager } = this.archive.dataSource;
    const { directory } = this.scope;
    const name = sessionFileName(sessionId);
    const expected = await writeSessionFile(manager, sessionId, directory);
    const place = placeOf(this.scope, sessionId);
    await this.compare(name, expected, place);
    const difference = await differenceFromRows(manager, expected, sessionId, directory);
    if (difference === undefined) return;
    const message = `Rows made from the session file would be others: ${difference}.`;
    await this.findings.add({ ...place, kind: 'session-file-insufficient', key: `${directory}/${name}`, message });
  }

  private async compare(name: string, expected: Buffer, place: Place): Promise<void> {
    const key = parseObjectKey(`${this.scope.directory}/${name}`);
    const stored = await this.stored(key);
    if (stored !== undefined && comparable(stored) === comparable(expected)) {
      await this.compareInBucket(key, expected, place);
      return;
    }
    if (this.willBeWritten) {
      this.findings.note({ ...place, key, kind: 'view-behind' });
      return;
    }
    const [kind, message]: [FindingKind, string] =
      stored === undefined
        ? ['view-missing', 'The file is not there.']
        : ['view-outdated', 'The file does not say what the rows say.'];
    await this.findings.add({ ...place, kind, key, message }, () => this.write(key, expected));
  }

  /** The bucket is what is left when this machine is lost: its copy says the same, or is on its way. */
  private async compareInBucket(key: ObjectKey, expected: Buffer, place: Place): Promise<void> {
    const { stores, outbox } = this.archive;
    if (stores.bucket === undefined || this.willBeWritten || (await outbox.isOrdered('upload', key))) return;
    const facts = await stores.bucket.head(key);
    const stored = facts && (await buffer(await stores.bucket.get(key)));
    if (stored !== undefined && comparable(stored) === comparable(expected)) return;
    const [kind, message]: [FindingKind, string] =
      stored === undefined
        ? ['view-missing', 'The bucket lacks the file.']
        : ['view-outdated', 'The file in the bucket does not say what the rows say.'];
    await this.findings.add({ ...place, kind, key, message }, () => this.write(key, expected));
  }

  private async stored(key: ObjectKey): Promise<Buffer | undefined> {
    const store = await findStore(this.archive.stores, key);
    return store && buffer(await store.get(key));
  }

  private async write(key: ObjectKey, body: Buffer): Promise<void> {
    await this.archive.stores.local.put(key, bodyOf(body));
    await this.archive.outbox.uploadView(key);
  }
}

function comparable(body: Buffer): string {
  return body.toString().replace(CONFIGURED, '');
}
