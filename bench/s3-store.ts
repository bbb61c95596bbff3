// MinIO with a bucket of its own, as a store that benchmarks put objects into.
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const BUCKET = 'recordings';
const REGION = 'us-east-1';
const ACCESS_KEY = 'aircheck-access';
const SECRET_KEY = 'aircheck-secret';
const POLL_MS = 100;
const START_LIMIT_MS = 30_000;

export interface S3Store {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

/** @param folder where it keeps its objects */
export async function startS3Store(folder: string): Promise<S3Store> {
  const port = await freePort();
  const goFolder = execFileSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).trim();
  const child = spawn('minio', ['server', folder, '--address', `127.0.0.1:${port}`, '--quiet'], {
    env: {
      PATH: `${process.env['PATH'] ?? ''}:${goFolder}/bin`,
      HOME: folder,
      MINIO_ROOT_USER: ACCESS_KEY,
      MINIO_ROOT_PASSWORD: SECRET_KEY,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilReady(endpoint);
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
  const client = new S3Client({ endpoint, region: REGION, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  const stop = async (): Promise<void> => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  return { endpoint, bucket: BUCKET, region: REGION, ...credentials, stop };
}

async function untilReady(endpoint: string): Promise<void> {
  for (const limitMs = performance.now() + START_LIMIT_MS; performance.now() < limitMs;) {
    const isReady = await fetch(`${endpoint}/minio/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  throw new Error('MinIO did not start.');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
