import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3StorageConfig } from '../../src/config/index.js';
import { freePort } from './listening.js';
import { pathWithGo } from './path-with-go.js';
import { until } from './wait.js';

const ACCESS_KEY = 'aircheck-access';
const SECRET_KEY = 'aircheck-secret';
const REGION = 'us-east-1';
const BUCKET = 'recordings';
const START_LIMIT_MS = 30_000;

/** MinIO, which other people wrote, with a folder and a port of its own: verifies signatures, clocks and checksums. */
export class S3Server implements AsyncDisposable {
  readonly accessKeyId = ACCESS_KEY;
  readonly secretAccessKey = SECRET_KEY;
  readonly region = REGION;
  /** Made at the start, empty. */
  readonly bucket = BUCKET;
  readonly endpoint: string;
  /** Sees the bucket past whatever is tested. */
  private readonly client: S3Client;
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {
    this.endpoint = `http://127.0.0.1:${port}`;
    const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
    this.client = new S3Client({ endpoint: this.endpoint, region: REGION, credentials, forcePathStyle: true });
  }

  static async start(): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-s3-'));
    const server = new S3Server(folder, await freePort());
    try {
      await server.start();
      await server.makeBucket(BUCKET);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** What a driver is made from to use the bucket. */
  storage(changes: Partial<S3StorageConfig> = {}): S3StorageConfig {
    return {
      type: 's3',
      bucket: BUCKET,
      root: '',
      region: REGION,
      endpoint: this.endpoint,
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY, sessionToken: undefined },
      isConfigLoadDisabled: true,
      isVirtualHostStyle: false,
      checksum: 'auto',
      ...changes,
    };
  }

  /**
   * Settings that make a built server record into the bucket.
   *
   * @param endpoint of a proxy before the store
   * @param table `RECORDER_STORAGE` or `RECORDER_BACKUP_STORAGE`
   */
  settings(endpoint = this.endpoint, table = 'RECORDER_STORAGE'): Record<string, string> {
    const options = {
      TYPE: 's3',
      BUCKET,
      REGION,
      ENDPOINT: endpoint,
      ACCESS_KEY_ID: ACCESS_KEY,
      SECRET_ACCESS_KEY: SECRET_KEY,
    };
    return Object.fromEntries(Object.entries(options).map(([name, value]) => [`AIRCHECK_${table}_${name}`, value]));
  }

  async makeBucket(name: string): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket: name }));
  }

  /** The bytes of an object as the store has them. */
  async readObject(key: string, bucket = BUCKET): Promise<Buffer> {
    const { Body: body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (body === undefined) throw new Error(`${key} has no body.`);
    return Buffer.from(await body.transformToByteArray());
  }

  /** Puts an object past whatever is tested: what somebody else keeps in the bucket, or damage. */
  async writeObject(key: string, bytes: Uint8Array, bucket = BUCKET): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
  }

  /** Loses an object. */
  async removeObject(key: string, bucket = BUCKET): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  /** Names of all objects, sorted. */
  async objectKeys(bucket = BUCKET): Promise<string[]> {
    const keys: string[] = [];
    let from: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: bucket, ...(from === undefined ? {} : { ContinuationToken: from }) }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key: key = '' }) => key));
      from = page.NextContinuationToken;
    } while (from !== undefined);
    return keys.sort();
  }

  /** Names of objects whose parts were begun to be sent, and neither joined nor taken back. */
  async unfinishedKeys(prefix = '', bucket = BUCKET): Promise<string[]> {
    const { Uploads: uploads = [] } = await this.client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }),
    );
    return uploads.map(({ Key: key = '' }) => key);
  }

  /** Starts it again with the same bucket on the same port. */
  async start(): Promise<void> {
    const child = spawn('minio', ['server', this.folder, '--address', `127.0.0.1:${this.port}`, '--quiet'], {
      env: {
        PATH: pathWithGo(),
        HOME: this.folder,
        MINIO_ROOT_USER: ACCESS_KEY,
        MINIO_ROOT_PASSWORD: SECRET_KEY,
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    for (const pipe of [child.stdout, child.stderr])
      pipe.on('data', (text: Buffer) => (this.output += text.toString()));
    const failed = once(child, 'exit').then(() => {
      throw new Error(`MinIO ended before it listened:\n${this.output}`);
    });
    failed.catch(() => undefined);
    const isReady = async () => (await fetch(`${this.endpoint}/minio/health/ready`)).ok;
    await Promise.race([until(isReady, 'MinIO is ready', START_LIMIT_MS), failed]);
  }

  /** Ends it at once, as a crash would; its objects stay. */
  async stop(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.client.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }
}
