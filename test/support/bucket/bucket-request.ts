import type { IncomingMessage } from 'node:http';

/** What somebody asked of the bucket. */
export interface BucketRequest {
  readonly method: string;
  /** Of the object, without the bucket; empty for what is asked of the bucket. */
  readonly key: string;
  /** Of the query, such as `partNumber` or `list-type`. */
  readonly parameters: readonly string[];
  readonly atMs: number;
}

export function describeRequest({ method = '', url = '/' }: IncomingMessage): BucketRequest {
  const [path = '', query = ''] = url.split('?');
  const [, , ...parts] = path.split('/');
  const parameters = [...new URLSearchParams(query).keys()];
  return { method, key: decodeURIComponent(parts.join('/')), parameters, atMs: Date.now() };
}

/** The whole object in one request: no part, no copy, no tags. */
export function isPut({ method, key, parameters }: BucketRequest): boolean {
  return method === 'PUT' && key !== '' && parameters.every((name) => name === 'x-id' || name.startsWith('X-Amz-'));
}

/** Takes the signed or trailed chunks off a body of `Content-Encoding: aws-chunked`. */
export function decodeBody(body: Buffer, request: IncomingMessage): Buffer {
  if (!String(request.headers['x-amz-content-sha256']).startsWith('STREAMING-')) return body;
  const parts: Buffer[] = [];
  for (let offset = 0; ;) {
    const lineEnd = body.indexOf('\r\n', offset);
    const length = parseInt(body.toString('latin1', offset, lineEnd), 16);
    if (!(length > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + length));
    offset = lineEnd + 2 + length + 2;
  }
}
