import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemErrorCode } from '../../../src/shared/errors.js';
import { alteredObjects, readPromises, type PromisedObject } from '../promised-objects.js';
import { S3Server } from '../s3-server.js';
import { TestServer } from '../server.js';
import { until } from '../wait.js';
import { BucketProxy } from './bucket-proxy.js';

/** What the outbox has to do, or has done, with an object. */
interface JobColumns {
  readonly kind: string;
  readonly object_key: string;
  readonly attempts: number;
  readonly last_error: string | null;
}

/** The bytes of an object in the spool, or where they were released there in the bucket. */
export async function readAnywhere(store: S3Server, server: TestServer, key: string): Promise<Uint8Array> {
  try {
    return await readFile(join(server.folder, 'data/spool', key));
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return store.readObject(key);
  }
}

/** A server that records into a bucket of MinIO, with a proxy between them that can be bad to it. */
export class BucketScene implements AsyncDisposable {
  constructor(
    readonly store: S3Server,
    readonly proxy: BucketProxy,
    readonly server: TestServer,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<BucketScene> {
    const store = await S3Server.start();
    const proxy = await BucketProxy.start(store);
    const server = await TestServer.start({ env: { ...store.settings(proxy.endpoint), ...env } });
    return new BucketScene(store, proxy, server);
  }

  promises(): PromisedObject[] {
    return readPromises(this.server.database);
  }

  /** Where the bytes are: in the spool, or in the bucket past the proxy. */
  readAnywhere(key: string): Promise<Uint8Array> {
    return readAnywhere(this.store, this.server, key);
  }

  /** What is in the bucket is what the rows say, past the proxy. @returns a sentence for each object that is not */
  alteredInBucket(): Promise<string[]> {
    return alteredObjects(this.promises(), (key) => this.store.readObject(key));
  }

  jobs(): JobColumns[] {
    return this.rows('SELECT kind, object_key, attempts, last_error FROM jobs');
  }

  /** Keys of media that is still to be uploaded. */
  uploads(): string[] {
    return this.rows<{ object_key: string }>(
      `SELECT object_key FROM jobs WHERE kind = 'upload' AND lane = 'media'`,
    ).map(({ object_key: key }) => key);
  }

  /** So many segments are in each state. */
  segmentStates(): Record<string, number> {
    const rows = this.rows<{ state: string; count: number }>(
      'SELECT state, COUNT(*) AS count FROM segments GROUP BY state',
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  /** Rows and files of all sessions say how they ended. */
  async published(): Promise<void> {
    await until(
      () => this.rows('SELECT id FROM recording_sessions WHERE published_at IS NULL').length === 0,
      'all sessions have ended',
    );
  }

  /** Nothing is left to do. */
  async drained(limitMs = 60_000): Promise<void> {
    await until(() => this.jobs().length === 0, 'the outbox is empty', limitMs).catch((error: unknown) => {
      throw new Error(`Left to do: ${JSON.stringify(this.jobs().slice(0, 5))}`, { cause: error });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
  }

  private rows<T = JobColumns>(sql: string): T[] {
    const database = new DatabaseSync(this.server.database, { readOnly: true, timeout: 5000 });
    try {
      return database.prepare(sql).all() as unknown as T[];
    } finally {
      database.close();
    }
  }
}
