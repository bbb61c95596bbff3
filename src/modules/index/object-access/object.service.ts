import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IMMUTABLE, REVALIDATE } from '../../../platform/http/resource/resource.js';
import { AppError } from '../../../shared/errors.js';
import { TimeLimitError } from '../../../shared/in-time.js';
import { contentTypeOf } from '../../storage/ports/content-type.js';
import { parseEncodedObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { ByteRange } from '../../../shared/byte-range.js';
import { ObjectNotFoundError, StorageUnavailableError } from '../../storage/storage.errors.js';
import { StorageService } from '../../storage/storage.service.js';
import { parseFillerName } from '../../../media/manifests/filler-name.js';
import { parseKeyFrameName } from '../../../media/manifests/key-frame-name.js';
import { parsePaddedName } from '../../../media/manifests/padded-name.js';
import { ObjectDeletedError, ObjectLostError, ObjectNotCommittedError } from '../index.errors.js';
import { FillerService } from './filler.service.js';
import { ManifestService } from '../manifest.service.js';
import { manifestDocument, type ManifestDocument } from '../manifests/manifest-document.js';
import { findCommittedObject, findStretch, type CommittedObject } from './committed-object.js';
import { wasDeleted } from './deleted-object.js';
import type { ObjectResource } from './object-resource.js';
import { begun, wholeRange } from './whole-range.js';
import {
  isManifestName,
  parseInitName,
  parseSegmentName,
  parseSessionFileName,
  splitKey,
} from '../directories/object-names.js';

/**
 * Objects as the index knows them: what has no row, or is no view over rows, is not there. Where the bytes of media lie
 * makes no difference to anything but the time it takes.
 */
@Injectable()
export class ObjectService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly manifests: ManifestService,
    private readonly filler: FillerService,
    private readonly storage: StorageService,
  ) {}

  /**
   * What there is to say of an object; whether the bytes of media can be had is seen when they are wanted.
   *
   * @param encodedKey as it came over the wire
   * @param places by what number a playlist is asked for
   * @throws {InvalidObjectKeyError | ObjectNotFoundError | ObjectNotCommittedError | ObjectDeletedError | ObjectLostError}
   */
  async find(encodedKey: string, places?: number): Promise<ObjectResource> {
    const key = parseEncodedObjectKey(encodedKey);
    const { directory, name } = splitKey(key);
    if (parseSegmentName(name) !== undefined || parseInitName(name) !== undefined) return this.media(key);
    const document = await this.document(directory, name, places);
    if (document === undefined) throw await this.absent(key, directory, name);
    const { sha256, body, modifiedAt } = document;
    const facts = { contentType: contentTypeOf(name), cacheControl: REVALIDATE, sizeBytes: body.length };
    return { key, ...facts, sha256, body, modifiedAt };
  }

  /**
   * Makes sure that the bytes of committed media can be had.
   *
   * @throws {ObjectLostError | StorageUnavailableError}
   */
  async check({ key, sizeBytes }: ObjectResource): Promise<void> {
    if ((await this.storage.find(key, sizeBytes)) === undefined) throw await this.lost(key);
  }

  /**
   * @returns bytes of committed media, the first of which have come already; each part is good until the next is asked for
   * @throws {ObjectLostError | StorageUnavailableError}
   */
  async open({ key, sizeBytes }: ObjectResource, range: ByteRange): Promise<AsyncGenerator<Uint8Array>> {
    try {
      return await begun(wholeRange(await this.storage.lend(key, sizeBytes, range), range));
    } catch (error) {
      if (error instanceof ObjectNotFoundError) throw await this.lost(key);
      if (error instanceof AppError) throw error;
      const fault = error instanceof TimeLimitError ? 'unreachable' : 'failed';
      throw new StorageUnavailableError(fault, 'the object cannot be read.', { cause: error });
    }
  }

  private async media(key: ObjectKey): Promise<ObjectResource> {
    const { directory, name } = splitKey(key);
    const committed = await findCommittedObject(this.dataSource.manager, key);
    if (committed === undefined) throw await this.absentMedia(key, directory);
    if (committed.isLost) throw await this.lossOf(key, committed);
    const { sizeBytes, sha256, committedAt: modifiedAt } = committed;
    return {
      key: committed.key,
      contentType: contentTypeOf(name),
      cacheControl: IMMUTABLE,
      sizeBytes,
      sha256,
      modifiedAt,
      body: undefined,
    };
  }

  /** What was deleted never comes back, even where its file was left and where something records. */
  private async absentMedia(key: ObjectKey, directory: string): Promise<AppError> {
    if (await wasDeleted(this.dataSource.manager, key)) return new ObjectDeletedError(key);
    const isWritten = this.manifests.isLive(directory) || (await this.storage.head(key)) !== undefined;
    return isWritten ? new ObjectNotCommittedError(key) : new ObjectNotFoundError(key);
  }

  /** The row may have been deleted since it was read. */
  private async lost(key: ObjectKey): Promise<AppError> {
    const committed = await findCommittedObject(this.dataSource.manager, key);
    return committed === undefined ? new ObjectDeletedError(key) : this.lossOf(key, committed);
  }

  private async lossOf(key: ObjectKey, committed: CommittedObject): Promise<ObjectLostError> {
    return new ObjectLostError(key, await findStretch(this.dataSource.manager, key, committed));
  }

  private async document(directory: string, name: string, places?: number): Promise<ManifestDocument | undefined> {
    if (directory === '') return undefined;
    if (isManifestName(name)) return this.manifests.document(directory, name, places);
    const sessionId = parseSessionFileName(name);
    if (sessionId !== undefined) return this.manifests.sessionFile(directory, sessionId);
    const bytes = await this.made(directory, name);
    return bytes && manifestDocument(bytes);
  }

  private made(directory: string, name: string): Promise<Buffer | undefined> {
    const filler = parseFillerName(name);
    if (filler !== undefined) return this.filler.make(directory, filler);
    const padded = parsePaddedName(name);
    if (padded !== undefined) return this.filler.pad(directory, padded);
    const number = parseKeyFrameName(name);
    return number === undefined ? Promise.resolve(undefined) : this.filler.keyFrame(directory, number);
  }

  /** @throws {InvalidObjectKeyError} when the key leads out of the folder through a link, whatever it is called */
  private async absent(key: ObjectKey, directory: string, name: string): Promise<AppError> {
    await this.storage.head(key);
    if (await wasDeleted(this.dataSource.manager, key)) return new ObjectDeletedError(key);
    const isExpected = isManifestName(name) && this.manifests.isLive(directory);
    return isExpected ? new ObjectNotCommittedError(key) : new ObjectNotFoundError(key);
  }
}
