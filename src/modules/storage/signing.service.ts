import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { AnswerGates } from './answer-gates.js';
import type { ObjectKey } from './ports/object-key.js';
import type { PresignedRequest, PresignInput, StorageDriver } from './ports/storage-driver.js';
import { Stores } from './ports/stores.js';
import { answerOf } from './remote-answer.js';
import { ObjectOwnedError, PresignUnsupportedError, StorageUnavailableError } from './storage.errors.js';
import { MARK_KEY } from './ownership/storage-mark.js';

/** URLs of the bucket that are good without credentials, for a while. */
@Injectable()
export class SigningService {
  private isRecorded: (key: ObjectKey) => Promise<boolean> = () => Promise.resolve(false);

  constructor(
    private readonly stores: Stores,
    private readonly gates: AnswerGates,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Asks whoever has the rows of objects which of them nobody may write to. */
  askForRecorded(isRecorded: (key: ObjectKey) => Promise<boolean>): void {
    this.isRecorded = isRecorded;
  }

  /**
   * @throws {PresignUnsupportedError} where recordings are kept in a folder
   * @throws {ObjectOwnedError} when media that was recorded here would be written to
   * @throws {StorageUnavailableError} when credentials cannot be had, or for writing when the bucket is not this database's
   */
  async presign(input: PresignInput): Promise<PresignedRequest> {
    const { bucket } = this.stores;
    if (bucket === undefined) throw new PresignUnsupportedError();
    const { method, key } = input;
    if (method === 'PUT' && (key === MARK_KEY || (await this.isRecorded(key)))) throw new ObjectOwnedError(key);
    return answerOf(bucket.presign(input));
  }

  /**
   * Where a client is sent for an object, which only those are sent for that a bucket has already.
   *
   * @param sizeBytes which its row promises
   * @returns undefined when the bytes are to be given out here: it is not asked for, no bucket has them or it is away
   */
  async redirect(key: ObjectKey, sizeBytes: number): Promise<string | undefined> {
    const { signed_redirect: isWanted, signed_ttl_seconds: lifetimeSeconds } = this.config.playback;
    if (!isWanted) return undefined;
    for (const store of [this.stores.bucket, this.stores.backup]) {
      const url = store && (await this.signedUrl(store, { method: 'GET', key, lifetimeSeconds }, sizeBytes));
      if (url !== undefined) return url;
    }
    return undefined;
  }

  /** A client that follows a redirect adds no fields to its request, so one that needs some is no use. */
  private async signedUrl(store: StorageDriver, input: PresignInput, sizeBytes: number): Promise<string | undefined> {
    const gate = this.gates.of(store);
    try {
      const stored = await gate.through(() => store.head(input.key));
      if (stored?.sizeBytes !== sizeBytes) return undefined;
      const { url, headers } = await gate.through(() => store.presign(input));
      return Object.keys(headers).length === 0 ? url : undefined;
    } catch (error) {
      if (error instanceof StorageUnavailableError || error instanceof PresignUnsupportedError) return undefined;
      throw error;
    }
  }
}
