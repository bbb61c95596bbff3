import { parseObjectKey, plainKey, type ObjectKey } from '../../storage/ports/object-key.js';
import { findStore, type Archive } from '../archive/archive.js';
import { RecordingSession } from '../entities/index.js';
import { writeSessionFile } from '../manifests/session-file.js';
import { readSegment } from '../archive/media-content.js';
import {
  isManifestName,
  isSessionFileName,
  parseInitName,
  parseSegmentName,
  parseSessionFileName,
  sessionFileName,
  splitKey,
} from '../directories/object-names.js';
import { findSessionFile } from '../reindex/find-session-file.js';
import { adoptRowless } from './adopt-rowless.js';
import { placeOf, type DirectoryScope } from './directory-scope.js';
import type { FindingKind, Place } from './finding.js';
import type { Findings } from './findings.js';
import { writeView } from './write-view.js';

const QUARANTINED = /\.quarantined(-\d+)?$/;

/** What lies in a directory and has no row: invariant 2. */
export class FileCheck {
  private readonly rowed = new Set<string>();
  /** Plain names of objects that have another, since somebody else has this one in a bucket. */
  private readonly given = new Set<string>();
  private adopted: Promise<void> | undefined;

  constructor(
    private readonly archive: Archive,
    private readonly scope: DirectoryScope,
    private readonly findings: Findings,
  ) {
    for (const { initObjectKey } of scope.tracks) this.know(initObjectKey);
    for (const { sessionId } of scope.parts) this.rowed.add(sessionFileName(sessionId));
  }

  /** An object of this name has a row. */
  know(objectKey: string): void {
    const { name } = splitKey(objectKey);
    this.rowed.add(name);
    if (plainKey(name) !== name) this.given.add(plainKey(name));
  }

  /** Whether there are rows now that were not there before. */
  get hasAdopted(): boolean {
    return this.adopted !== undefined;
  }

  /** To be called when all rows of the directory are known. */
  async run(): Promise<void> {
    const { local, bucket, backup } = this.scope;
    const seen = new Set<string>();
    for (const listing of [local, bucket, backup]) {
      for (const name of listing?.keys() ?? []) {
        if (this.rowed.has(name) || isManifestName(name) || seen.has(name)) continue;
        seen.add(name);
        await this.tell(name);
      }
    }
  }

  private async tell(name: string): Promise<void> {
    const { directory, openFromNumber, left } = this.scope;
    const key = parseObjectKey(`${directory}/${name}`);
    const place = { directory, key };
    if (QUARANTINED.test(name)) {
      this.findings.note({ ...place, kind: 'quarantined' });
      return;
    }
    const number = parseSegmentName(name)?.number;
    const kind = this.given.has(plainKey(name)) ? undefined : rowlessKind(name);
    if (kind === undefined) {
      this.findings.note({ ...place, kind: parseInitName(name) === undefined ? 'foreign-file' : 'unused-init' });
    } else if (left.has(name)) {
      this.findings.note({ ...place, number, stream: left.streamOf(name), kind: 'left' });
    } else if (await this.archive.outbox.isOrdered('delete', key)) {
      this.findings.note({ ...place, kind: 'awaiting-deletion' });
    } else if (number !== undefined && number >= openFromNumber) {
      this.findings.note({ ...place, number, kind: 'open-segment' });
    } else if (number === undefined) {
      await this.sessionFile(key, { ...place, ...this.streamOf() });
    } else if (await this.isForeign(key)) {
      this.findings.note({ ...place, number, kind: 'foreign-file' });
    } else {
      await this.rowless(kind, { ...place, number, ...this.streamOf() });
    }
  }

  /** Of a session that has no media here, as far as the rows know. */
  private async sessionFile(key: ObjectKey, place: Place): Promise<void> {
    const { manager } = this.archive.dataSource;
    const { directory, name } = splitKey(key);
    const id = parseSessionFileName(name) ?? '';
    const isKnown = await manager.existsBy(RecordingSession, { id });
    const file = await findSessionFile(this.archive, key);
    if (file !== 'unreadable') {
      if (!isKnown || file?.segments.length !== 0) await this.rowless('session-file-without-row', place);
    } else if (isKnown) {
      const message = 'The file does not say what the rows say.';
      const write = async () => writeView(this.archive, key, await writeSessionFile(manager, id, directory));
      await this.findings.add({ ...place, kind: 'view-outdated', session: id, message }, write);
    } else if (this.scope.local.has(name)) {
      const message = 'No row is of its session, and the file cannot be read.';
      await this.findings.add({ ...place, kind: 'session-file-without-row', message }, this.adoption());
    } else {
      this.findings.note({ ...place, kind: 'foreign-file' });
    }
  }

  private async rowless(kind: FindingKind, place: Place): Promise<void> {
    const message = 'No row names this object: it is in no list and no manifest.';
    await this.findings.add({ ...place, kind, message }, this.adoption());
  }

  /** What a bucket alone has is ours when it is a whole segment: everybody may write there. */
  private async isForeign(key: ObjectKey): Promise<boolean> {
    if (this.scope.local.has(splitKey(key).name)) return false;
    const store = await findStore(this.archive.stores, key);
    if (store === undefined) return false;
    const { scanned, sizeBytes } = await readSegment(store, key);
    return scanned.fragments === 0 || scanned.wholeBytes !== sizeBytes;
  }

  /** Without a store that does not answer nobody knows which session media is of. */
  private adoption(): (() => Promise<void>) | undefined {
    if ((this.archive.away?.size ?? 0) > 0) return undefined;
    return () => (this.adopted ??= adoptRowless(this.archive, this.scope));
  }

  private streamOf(): { stream?: string | undefined } {
    const [part] = this.scope.parts;
    return part === undefined ? {} : { stream: placeOf(this.scope, part.sessionId).stream };
  }
}

/** @returns undefined for what is no media and no session file */
function rowlessKind(name: string): FindingKind | undefined {
  if (parseSegmentName(name) !== undefined) return 'object-without-row';
  return isSessionFileName(name) ? 'session-file-without-row' : undefined;
}
