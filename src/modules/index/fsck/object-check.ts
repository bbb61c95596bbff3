import { parseObjectKey } from '../../storage/ports/object-key.js';
import type { Archive } from '../archive.js';
import type { SegmentRow, TrackRow } from '../entities/index.js';
import { parseSegmentName, splitKey } from '../object-names.js';
import { CopyFinder, isSomewhere, worstOf, type Copies, type CopyState, type PromisedObject } from './copies.js';
import { placeOf, type DirectoryScope } from './directory-scope.js';
import type { Finding, FindingKind, Place } from './finding.js';
import type { Findings } from './findings.js';
import { ObjectRepair } from './object-repair.js';

type RowObject = SegmentRow['objects'][number];

const KINDS: Readonly<Record<Exclude<CopyState, 'good'>, FindingKind>> = {
  missing: 'object-missing',
  truncated: 'object-truncated',
  damaged: 'object-damaged',
  'not-media': 'object-not-media',
};

const SENTENCES: Readonly<Record<Exclude<CopyState, 'good'>, string>> = {
  missing: 'No store has this object.',
  truncated: 'The object has another length than its row says.',
  damaged: 'The bytes of the object are not those that were recorded.',
  'not-media': 'The bytes of the object are not the media that its row says.',
};

/** Whether the bytes of every row are where they have to be: invariants 1, 3 and 4. */
export class ObjectCheck {
  private readonly copies: CopyFinder;
  private readonly repair: ObjectRepair;
  /** Init objects that are gone, by `session/track`. */
  private readonly unplayable = new Map<string, Finding>();
  /** Those of them without which a segment cannot be played that is not known to be lost. */
  private readonly needed = new Set<string>();

  constructor(
    archive: Archive,
    private readonly scope: DirectoryScope,
    private readonly findings: Findings,
    isDeep: boolean,
  ) {
    this.copies = new CopyFinder(archive, scope, isDeep);
    this.repair = new ObjectRepair(archive);
  }

  get bytesRead(): number {
    return this.copies.bytesRead;
  }

  /** To be called before the segments. */
  async inits(): Promise<void> {
    for (const track of this.scope.tracks) {
      const finding = await this.init(track);
      if (finding !== undefined) this.unplayable.set(`${track.sessionId}/${track.trackId}`, finding);
    }
  }

  /** To be called after the segments: repaired is an init object that is gone when they are all known to be lost. */
  async end(): Promise<void> {
    for (const [track, finding] of this.unplayable) {
      if (this.needed.has(track)) await this.findings.add(finding, () => Promise.resolve());
      else this.findings.note({ ...placeOf(this.scope, finding.session ?? ''), key: finding.key, kind: 'lost' });
    }
  }

  async segment(row: SegmentRow): Promise<void> {
    this.findings.looked.segments += 1;
    const place = this.placeOfSegment(row);
    const found = new Map<RowObject, Copies>();
    for (const object of row.objects) {
      if (await this.isMisnamed(row, object, place)) return;
      found.set(object, await this.copiesOf(promised(object)));
    }
    const lacking = row.objects.find(({ trackId }) => this.unplayable.has(`${row.sessionId}/${trackId}`));
    const isWhole = [...found.values()].every(isSomewhere) && lacking === undefined;
    if (row.state === 'lost') {
      if (isWhole) await this.foundAgain(row, found, place);
      else this.findings.note({ kind: 'lost', ...place });
      return;
    }
    if (!isWhole) {
      if (lacking !== undefined) this.needed.add(`${row.sessionId}/${lacking.trackId}`);
      await this.tellLost(row, found, lacking, place);
      return;
    }
    for (const [object, copies] of found) await this.checkPlaces(row, object, copies, place);
  }

  private placeOfSegment({ sessionId, number, startMs, durationMs }: SegmentRow): Place {
    return { ...placeOf(this.scope, sessionId, { startMs, endMs: startMs + durationMs }), number };
  }

  /** @returns what is wrong when no store has it whole */
  private async init(track: TrackRow): Promise<Finding | undefined> {
    const { initObjectKey, initSizeBytes: sizeBytes, initSha256: sha256 } = track;
    const object = { key: parseObjectKey(initObjectKey), sizeBytes, sha256 };
    const copies = await this.copiesOf(object);
    const part = this.scope.parts.find(({ sessionId }) => sessionId === track.sessionId);
    const place = { ...placeOf(this.scope, track.sessionId, part), key: initObjectKey };
    if (!isSomewhere(copies)) return { ...place, ...told(worstOf(copies)) };
    for (const side of ['local', 'bucket'] as const) {
      if (copies[side] === 'good' || copies[side] === 'missing') continue;
      await this.findings.add(copyFinding(copies[side], side, place), () => this.repair.copy(object, side));
    }
    return undefined;
  }

  private async copiesOf(object: PromisedObject): Promise<Copies> {
    this.findings.looked.objects += 1;
    return this.copies.find(object);
  }

  /** Rows name objects of their own directory and number: so no two of them name the same. */
  private async isMisnamed(row: SegmentRow, { objectKey, kind }: RowObject, place: Place): Promise<boolean> {
    const { directory, name } = splitKey(objectKey);
    const parsed = parseSegmentName(name);
    const isTwice = row.objects.filter((object) => object.objectKey === objectKey).length > 1;
    if (!isTwice && directory === row.directory && parsed?.number === row.number && parsed.kind === kind) return false;
    const message = 'The object is not that of the row, or is named twice.';
    await this.findings.add({ ...place, kind: 'object-misnamed', key: objectKey, message });
    return true;
  }

  private async tellLost(
    row: SegmentRow,
    found: ReadonlyMap<RowObject, Copies>,
    lacking: RowObject | undefined,
    place: Place,
  ): Promise<void> {
    const repair = (): Promise<void> => this.repair.setState(row, 'lost', null);
    for (const [{ objectKey: key }, copies] of found) {
      if (!isSomewhere(copies)) await this.findings.add({ ...place, key, ...told(worstOf(copies)) }, repair);
    }
    if (lacking === undefined || ![...found.values()].every(isSomewhere)) return;
    const message = 'The init object of this segment is gone, so that nothing can play it.';
    await this.findings.add({ ...place, kind: 'init-lost', key: lacking.objectKey, message }, repair);
  }

  private async foundAgain(row: SegmentRow, found: ReadonlyMap<RowObject, Copies>, place: Place): Promise<void> {
    const message = 'The bytes of this segment are there, and its row says that they are lost.';
    await this.findings.add({ ...place, kind: 'object-found', message }, () =>
      this.repair.foundAgain(row, [...found.values()]),
    );
  }

  /** What is in the bucket already waits for the others of its row. */
  private async isUploadOrdered({ objects }: SegmentRow, object: RowObject, copies: Copies): Promise<boolean> {
    for (const one of copies.bucket === 'good' ? objects : [object]) {
      if (await this.repair.isUploadOrdered(promised(one))) return true;
    }
    return false;
  }

  /** Bytes in the bucket that were put there for another row, or by somebody else, keep its own out for ever. */
  private async isKeyTaken({ objectKey, sha256 }: RowObject, { bucket }: Copies): Promise<boolean> {
    return bucket !== 'missing' && bucket !== 'good' && (await this.copies.claimOf(objectKey)) !== sha256;
  }

  /** Where the state of the row says that it has to be; what lies elsewhere is on its way from there. */
  private async checkPlaces(row: SegmentRow, object: RowObject, copies: Copies, place: Place): Promise<void> {
    const isReleased = row.state === 'stored' && row.releasedAt !== null;
    const here = { ...place, key: object.objectKey };
    const isStored = row.state === 'stored' && copies.bucket !== 'good';
    if (isStored || (row.state === 'uploading' && (await this.isKeyTaken(object, copies)))) {
      await this.findings.add(copyFinding(copies.bucket, 'bucket', here), () =>
        this.repair.copy(promised(object), 'bucket'),
      );
    }
    if (!isReleased && copies.local !== 'good') {
      const repair = (): Promise<void> =>
        copies.local === 'missing'
          ? this.repair.setState(row, 'stored', new Date())
          : this.repair.copy(promised(object), 'local');
      await this.findings.add(copyFinding(copies.local, 'local', here), repair);
    }
    if (row.state !== 'uploading' || (await this.isUploadOrdered(row, object, copies))) return;
    const message = 'The object waits to be uploaded, and no job says so.';
    await this.findings.add({ ...here, kind: 'upload-forgotten', message }, () =>
      this.repair.orderUpload(promised(object)),
    );
  }
}

function promised({ objectKey, sizeBytes, sha256, startTicks, durationTicks, samples }: RowObject): PromisedObject {
  return { key: parseObjectKey(objectKey), sizeBytes, sha256, media: { startTicks, durationTicks, samples } };
}

function told(state: CopyState): Pick<Finding, 'kind' | 'message'> {
  if (state === 'good') throw new RangeError('A good copy is no finding.');
  return { kind: KINDS[state], message: SENTENCES[state] };
}

function copyFinding(state: CopyState, side: 'local' | 'bucket', place: Place): Finding {
  const where = side === 'local' ? 'folder' : 'bucket';
  return state === 'missing'
    ? { ...place, kind: 'copy-missing', message: `The ${where} lacks the object, which the other store has.` }
    : { ...place, kind: 'copy-damaged', message: `The object in the ${where} is damaged, in the other store whole.` };
}
