import { request as requestByHttp, type IncomingHttpHeaders } from 'node:http';
import { request as requestByHttps } from 'node:https';
import type { S3StorageConfig } from '../../../../config/index.js';

const AWS = 'https://s3.amazonaws.com';
/** Where AWS keeps what names no region; stores that are not AWS mostly know no other. */
const DEFAULT_REGION = 'us-east-1';
const REGION_HEADER = 'x-amz-bucket-region';

/**
 * The region of the settings, else what the bucket says: it does so without a signature, whether it gives access or not.
 *
 * @throws what Node throws when nobody answers in `limitMs`
 */
export async function findRegion({ region, endpoint, bucket }: S3StorageConfig, limitMs: number): Promise<string> {
  if (region !== undefined) return region;
  const base = (endpoint ?? AWS).replace(/\/+$/, '');
  const { [REGION_HEADER]: said } = await answerToHead(new URL(`${base}/${encodeURIComponent(bucket)}`), limitMs);
  return typeof said === 'string' ? said : DEFAULT_REGION;
}

/** Not by fetch, which refuses ports that stores may well have. */
function answerToHead(url: URL, limitMs: number): Promise<IncomingHttpHeaders> {
  const request = url.protocol === 'https:' ? requestByHttps : requestByHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'HEAD', agent: false, signal: AbortSignal.timeout(limitMs) }, (answer) => {
      answer.resume();
      resolve(answer.headers);
    });
    outgoing.on('error', reject).end();
  });
}
