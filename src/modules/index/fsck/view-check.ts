import { buffer } from 'node:stream/consumers';
import { ObjectNotFoundError } from '../../storage/storage.errors.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import type { Archive } from '../archive/archive.js';
import { DirectoryView } from '../manifests/directory-view.js';
import { manifestNamesOf, writeManifest } from '../manifests/manifest-document.js';
import { writeSessionFile } from '../manifests/session-file.js';
import { sessionFileName } from '../directories/object-names.js';
import { placeOf, type DirectoryScope } from './directory-scope.js';
import type { Place } from './finding.js';
import type { Findings } from './findings.js';
import type { Side } from './object-findings.js';
import { differenceFromRows } from './session-file-difference.js';
import { writeView } from './write-view.js';

/** What follows from the configuration and not from the rows: it may have been changed since. */
const CONFIGURED = / (?:maxSegmentDuration|minBufferTime|publishTime)="[^"]*"|^#EXT-X-TARGETDURATION:.*$/gm;

/** `unknown`: the store does not answer. */
type ViewState = 'good' | 'missing' | 'outdated' | 'unknown';

interface ViewCopies {
  readonly local: ViewState;
  /** Undefined with fs. */
  readonly bucket: ViewState | undefined;
}

interface ViewFault {
  readonly side: Side;
  readonly state: 'missing' | 'outdated';
}

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
    const { directory, parts } = this.scope;
    const view = new DirectoryView(directory);
    await view.refresh(this.archive.dataSource.manager);
    for (const { sessionId } of parts) await this.sessionFile(sessionId);
    const { segmentDurationMs } = this.archive;
    const timeline = view.timeline({ isLive: false, publishedEpochMs: 0, segmentDurationMs });
    for (const name of manifestNamesOf(view.tracks)) {
      // Where nothing can be played there need be none, but one that is there must not say otherwise.
      const { body } = writeManifest(name, timeline, new Date(0));
      await this.compare(name, body, { directory }, view.isEmpty);
    }
  }

  private async sessionFile(sessionId: string): Promise<void> {
    if (!this.scope.sessions.has(sessionId)) return;
    const { manager } = this.archive.dataSource;
    const { directory } = this.scope;
    const name = sessionFileName(sessionId);
    const expected = await writeSessionFile(manager, sessionId, directory);
    const place = placeOf(this.scope, sessionId);
    await this.compare(name, expected, place, false);
    const difference = await differenceFromRows(manager, expected, sessionId, directory);
    if (difference === undefined) return;
    const message = `Rows made from the session file would be others: ${difference}.`;
    await this.findings.add({ ...place, kind: 'session-file-insufficient', key: `${directory}/${name}`, message });
  }

  private async compare(name: string, expected: Buffer, place: Place, mayLack: boolean): Promise<void> {
    const key = parseObjectKey(`${this.scope.directory}/${name}`);
    const fault = await this.faultOf(key, expected, mayLack);
    if (fault === undefined) return;
    const here = { ...place, key };
    if (await this.archive.outbox.isOrdered('delete', key)) {
      this.findings.note({ ...here, kind: 'awaiting-deletion' });
    } else if (this.willBeWritten) {
      this.findings.note({ ...here, kind: 'view-behind' });
    } else {
      await this.findings.add({ ...here, ...viewFinding(fault) }, () => writeView(this.archive, key, expected));
    }
  }

  /**
   * A view lies in the folder. With a bucket that alone may have it, and has to, unless it is on its way there: the bucket
   * is what is left when this machine is lost.
   */
  private async faultOf(key: ObjectKey, expected: Buffer, mayLack: boolean): Promise<ViewFault | undefined> {
    const { local, bucket } = await this.copiesOf(key, expected);
    if (local === 'outdated') return { side: 'folder', state: local };
    const isHereAlone =
      bucket === undefined || (bucket !== 'good' && (await this.archive.outbox.isOrdered('upload', key)));
    const [side, state] = isHereAlone ? (['folder', local] as const) : (['bucket', bucket] as const);
    if (state === 'good' || state === 'unknown' || (state === 'missing' && mayLack)) return undefined;
    return { side, state };
  }

  private async copiesOf(key: ObjectKey, expected: Buffer): Promise<ViewCopies> {
    const { stores, away } = this.archive;
    const local = await stateIn(stores.local, key, expected);
    if (away?.has('bucket') === true) return { local, bucket: 'unknown' };
    return { local, bucket: stores.bucket && (await stateIn(stores.bucket, key, expected)) };
  }
}

async function stateIn(store: StorageDriver, key: ObjectKey, expected: Buffer): Promise<ViewState> {
  try {
    const stored = await buffer(await store.get(key));
    return comparable(stored) === comparable(expected) ? 'good' : 'outdated';
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return 'missing';
    throw error;
  }
}

function viewFinding({ side, state }: ViewFault): { kind: 'view-missing' | 'view-outdated'; message: string } {
  return state === 'missing'
    ? { kind: 'view-missing', message: `The ${side} lacks the file.` }
    : { kind: 'view-outdated', message: `The file in the ${side} does not say what the rows say.` };
}

function comparable(body: Buffer): string {
  return body.toString().replace(CONFIGURED, '');
}
