import type { S3StorageConfig } from '../../../../config/index.js';

const AWS = 'https://s3.amazonaws.com';
/** Where AWS keeps what names no region; stores that are not AWS mostly know no other. */
const DEFAULT_REGION = 'us-east-1';
const REGION_HEADER = 'x-amz-bucket-region';

/**
 * The region of the settings, else what the bucket says: it does so without a signature, whether it gives access or not.
 *
 * @throws what fetch throws when nobody answers in `limitMs`
 */
export async function findRegion({ region, endpoint, bucket }: S3StorageConfig, limitMs: number): Promise<string> {
  if (region !== undefined) return region;
  const url = `${(endpoint ?? AWS).replace(/\/+$/, '')}/${encodeURIComponent(bucket)}`;
  const answer = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(limitMs) });
  return answer.headers.get(REGION_HEADER) ?? DEFAULT_REGION;
}
