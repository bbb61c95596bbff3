import { In } from 'typeorm';
import type { Archive } from '../archive/archive.js';
import { SegmentRow, type TrackRow } from '../entities/index.js';
import {
  faultOf,
  isSomewhere,
  isUnseen,
  promiseOfInit,
  type Copies,
  type CopyFinder,
  type PromisedObject,
} from './copies.js';
import { placeOf, type DirectoryScope } from './directory-scope.js';
import type { Place } from './finding.js';
import type { Findings } from './findings.js';
import { copyFault, goneFinding } from './object-findings.js';
import { ObjectRepair } from './object-repair.js';

/** Whether the init objects are there, without which nothing plays the tracks that name them. */
export class InitCheck {
  private readonly repair: ObjectRepair;

  constructor(
    private readonly archive: Archive,
    private readonly scope: DirectoryScope,
    private readonly findings: Findings,
    private readonly copies: CopyFinder,
  ) {
    this.repair = new ObjectRepair(archive);
  }

  async run(): Promise<void> {
    const { tracks } = this.scope;
    for (const key of new Set(tracks.map(({ initObjectKey }) => initObjectKey))) {
      await this.check(tracks.filter(({ initObjectKey }) => initObjectKey === key));
    }
  }

  /** @param tracks all that name one init object */
  private async check(tracks: readonly TrackRow[]): Promise<void> {
    const [track] = tracks;
    if (track === undefined) return;
    const promise = promiseOfInit(track);
    const { key } = promise;
    this.findings.looked.objects += 1;
    const isLost = tracks.some(({ lostAt }) => lostAt !== null);
    const copies = await this.copies.find(promise, isLost);
    const part = this.scope.parts.find(({ sessionId }) => sessionId === track.sessionId);
    const here = { ...placeOf(this.scope, track.sessionId, part), key };
    if (!isSomewhere(copies)) {
      if (tracks.every(({ lostAt }) => lostAt !== null)) this.findings.note({ ...here, kind: 'lost' });
      else if (isUnseen(copies)) this.findings.unseen(here);
      else await this.findings.add(goneFinding(faultOf(copies), here), () => this.repair.setInit(key, new Date()));
      return;
    }
    if (isLost) {
      const message = 'The init object is there, and its rows say that it is lost.';
      await this.findings.add({ ...here, kind: 'object-found', message }, () => this.repair.setInit(key, null));
    }
    await this.checkPlaces(promise, copies, here);
  }

  /** Where the folder lacks it, it has been released; where the bucket does, it waits, or nothing of it is to be there. */
  private async checkPlaces(promise: PromisedObject, { local, bucket }: Copies, here: Place): Promise<void> {
    if (local !== 'good' && local !== 'missing' && local !== 'unknown') {
      await this.findings.add(copyFault(local, 'folder', here), () => this.repair.copyHere(promise));
    }
    if (bucket === 'good' || bucket === 'unknown') return;
    if (bucket === 'missing' && !(await this.isWantedInBucket())) return;
    if (await this.repair.isUploadOrdered(promise)) return;
    await this.findings.add(copyFault(bucket, 'bucket', here), () => this.repair.uploadInitAnew(promise));
  }

  /** Media that was recorded before there was a bucket is in the folder, and its inits are too. */
  private isWantedInBucket(): Promise<boolean> {
    const { dataSource, outbox } = this.archive;
    if (!outbox.hasBucket) return Promise.resolve(false);
    const { directory } = this.scope;
    return dataSource.manager.existsBy(SegmentRow, { directory, state: In(['uploading', 'stored']) });
  }
}
