import type { Archive } from '../archive/archive.js';
import type { SegmentRow } from '../entities/index.js';
import { parseSegmentName, splitKey } from '../directories/object-names.js';
import { keptObjects, lostTracksOf } from '../object-state/segment-loss.js';
import { faultOf, isSomewhere, isUnseen, promiseOf, type CopyFinder, type Copies } from './copies.js';
import { placeOf, type DirectoryScope } from './directory-scope.js';
import type { Place } from './finding.js';
import type { Findings } from './findings.js';
import { copyFault, goneFinding } from './object-findings.js';
import { ObjectRepair, type FoundObject } from './object-repair.js';

type RowObject = SegmentRow['objects'][number];

/** Whether the bytes of every segment are where they have to be: invariants 1, 3 and 4. */
export class SegmentCheck {
  private readonly repair: ObjectRepair;

  constructor(
    archive: Archive,
    private readonly scope: DirectoryScope,
    private readonly findings: Findings,
    private readonly copies: CopyFinder,
  ) {
    this.repair = new ObjectRepair(archive);
  }

  async check(row: SegmentRow): Promise<void> {
    this.findings.looked.segments += 1;
    const { sessionId, number, startMs, durationMs } = row;
    const place = { ...placeOf(this.scope, sessionId, { startMs, endMs: startMs + durationMs }), number };
    const known = lostTracksOf(row);
    const found: FoundObject[] = [];
    for (const object of row.objects) {
      if (await this.isMisnamed(row, object, place)) return;
      this.findings.looked.objects += 1;
      found.push({ object, copies: await this.copies.find(promiseOf(object), known.includes(object.trackId)) });
    }
    for (const one of found) {
      const { objectKey: key, trackId } = one.object;
      const here = { ...place, key };
      const isKnownLost = known.includes(trackId);
      const settle = (): Promise<void> => this.repair.settle(row, found);
      if (isSomewhere(one.copies)) {
        if (isKnownLost) await this.findings.add(foundAgain(here), settle);
        else await this.checkPlaces(row, one, { here, found });
      } else if (isKnownLost) this.findings.note({ ...here, kind: 'lost' });
      else if (isUnseen(one.copies)) this.findings.unseen(here);
      else await this.findings.add(goneFinding(faultOf(one.copies), here), settle);
    }
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

  /**
   * Where the state of the row says that it has to be; what lies elsewhere is on its way from there. What is in the bucket
   * under a name that waits to be uploaded is a matter of the upload.
   */
  private async checkPlaces(
    row: SegmentRow,
    { object, copies }: FoundObject,
    { here, found }: { readonly here: Place; readonly found: readonly FoundObject[] },
  ): Promise<void> {
    const { local, bucket } = copies;
    const promise = promiseOf(object);
    if (bucket !== 'good' && bucket !== 'unknown' && row.state === 'stored') {
      await this.findings.add(copyFault(bucket, 'bucket', here), () => this.repair.uploadAnew(row, found));
    }
    if (local !== 'good' && local !== 'unknown' && isWantedHere(row, copies)) {
      await this.findings.add(copyFault(local, 'folder', here), () =>
        local === 'missing' && isAllInBucket(found) ? this.repair.released(row) : this.repair.copyHere(promise),
      );
    }
    if (row.state !== 'uploading' || (await this.isUploadOrdered(row, object, copies))) return;
    const message = 'The object waits to be uploaded, and no job says so.';
    await this.findings.add({ ...here, kind: 'upload-forgotten', message }, () => this.repair.orderUpload(promise));
  }

  /** What is in the bucket already waits for the others of its row. */
  private async isUploadOrdered(row: SegmentRow, object: RowObject, { bucket }: Copies): Promise<boolean> {
    for (const one of bucket === 'good' ? keptObjects(row) : [object]) {
      if (await this.repair.isUploadOrdered(promiseOf(one))) return true;
    }
    return false;
  }
}

function isWantedHere({ state, releasedAt }: SegmentRow, { local, bucket }: Copies): boolean {
  if (state === 'uploading') return bucket !== 'good' || local !== 'missing';
  return state !== 'stored' || releasedAt === null;
}

function isAllInBucket(found: readonly FoundObject[]): boolean {
  return found.every(({ copies }) => copies.bucket === 'good' || !isSomewhere(copies));
}

function foundAgain(here: Place): Parameters<Findings['add']>[0] {
  return { ...here, kind: 'object-found', message: 'The bytes are there, and their row says that they are lost.' };
}
