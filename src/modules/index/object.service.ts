import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { parseEncodedObjectKey, type ObjectKey } from '../storage/ports/object-key.js';
import type { ByteRange } from '../storage/ports/storage-driver.js';
import { ObjectNotFoundError } from '../storage/storage.errors.js';
import { StorageService } from '../storage/storage.service.js';
import { parseFillerName } from '../../media/manifests/filler-name.js';
import { parsePaddedName } from '../../media/manifests/padded-name.js';
import { ObjectNotCommittedError } from './index.errors.js';
import { FillerService } from './filler.service.js';
import { IndexService } from './index.service.js';
import { ManifestService } from './manifest.service.js';
import { manifestDocument, type ManifestDocument } from './manifests/manifest-document.js';
import { contentTypeOf, IMMUTABLE, REVALIDATE, type ObjectResource } from './object-access/object-resource.js';
import { isManifestName, isSessionFileName, parseInitName, parseSegmentName, splitKey } from './object-names.js';

/** Objects as the index knows them: what has no row, or is no view over rows, is not there. */
@Injectable()
export class ObjectService {
  constructor(
    private readonly index: IndexService,
    private readonly manifests: ManifestService,
    private readonly filler: FillerService,
    private readonly storage: StorageService,
  ) {}

  /**
   * @param encodedKey as it came over the wire
   * @throws {InvalidObjectKeyError | ObjectNotFoundError | ObjectNotCommittedError}
   */
  async find(encodedKey: string): Promise<{ key: ObjectKey; resource: ObjectResource }> {
    const key = parseEncodedObjectKey(encodedKey);
    const { directory, name } = splitKey(key);
    if (parseSegmentName(name) !== undefined || parseInitName(name) !== undefined) {
      return { key, resource: await this.media(key) };
    }
    const document = await this.document(directory, name);
    if (document === undefined) throw this.absent(key, directory, name);
    const { sha256, body } = document;
    const contentType = contentTypeOf(name);
    return { key, resource: { contentType, cacheControl: REVALIDATE, sha256, sizeBytes: body.length, body } };
  }

  /** @throws {ObjectNotFoundError} also when it has got shorter since it was found */
  async read(key: ObjectKey, range: ByteRange): Promise<Readable> {
    try {
      return await this.storage.get(key, range);
    } catch (error) {
      throw error instanceof RangeError ? new ObjectNotFoundError(key, { cause: error }) : error;
    }
  }

  private async media(key: ObjectKey): Promise<ObjectResource> {
    const { directory, name } = splitKey(key);
    const committed = await this.index.committedObject(key);
    const stored = await this.storage.head(key);
    if (committed !== undefined) {
      // Bytes of another length are not those that the row promises.
      if (stored?.sizeBytes !== committed.sizeBytes) throw new ObjectNotFoundError(key);
      return { ...committed, contentType: contentTypeOf(name), cacheControl: IMMUTABLE, body: undefined };
    }
    if (this.manifests.isLive(directory) || stored !== undefined) throw new ObjectNotCommittedError(key);
    throw new ObjectNotFoundError(key);
  }

  private async document(directory: string, name: string): Promise<ManifestDocument | undefined> {
    if (directory === '') return undefined;
    if (isManifestName(name)) return this.manifests.document(directory, name);
    if (isSessionFileName(name)) return this.manifests.sessionFile(directory, name);
    const bytes = await this.made(directory, name);
    return bytes && manifestDocument(bytes);
  }

  private made(directory: string, name: string): Promise<Buffer | undefined> {
    const filler = parseFillerName(name);
    if (filler !== undefined) return this.filler.make(directory, filler);
    const padded = parsePaddedName(name);
    return padded === undefined ? Promise.resolve(undefined) : this.filler.pad(directory, padded);
  }

  private absent(key: ObjectKey, directory: string, name: string): Error {
    const isExpected = isManifestName(name) && this.manifests.isLive(directory);
    return isExpected ? new ObjectNotCommittedError(key) : new ObjectNotFoundError(key);
  }
}
