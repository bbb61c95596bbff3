import { createHash, createHmac } from 'node:crypto';

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Signs a request to an S3 store by AWS Signature Version 4, its body left out of it.
 *
 * @param path with the query, both encoded as they go over the wire
 * @param headers by names in lower case, with `host`; those for signing are replaced
 * @returns all headers to send
 */
export function signV4(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  { accessKeyId, secretAccessKey, region }: SigningKeys,
  at = new Date(),
): Record<string, string> {
  const instant = `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const day = instant.slice(0, 8);
  const { authorization: _, ...kept } = headers;
  const sent: Record<string, string> = { ...kept, 'x-amz-date': instant, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const names = Object.keys(sent)
    .filter((name) => name === 'host' || name.startsWith('x-amz-'))
    .sort();
  const canonical = [
    method,
    path.split('?')[0],
    canonicalQuery(path.split('?')[1] ?? ''),
    ...names.map((name) => `${name}:${(sent[name] ?? '').trim()}`),
    '',
    names.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', instant, scope, sha256(canonical)].join('\n')).toString('hex');
  const credential = `${accessKeyId}/${scope}`;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => (part.includes('=') ? part : `${part}=`))
    .sort()
    .join('&');
}
