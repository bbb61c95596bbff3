import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { OssRefusal } from './refusal.js';

/** Who may do what: an access key, with the token that goes with it when it is a temporary one. */
export interface OssCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

export interface SignedRequest {
  readonly method: string;
  /** Decoded; undefined for requests about the service. */
  readonly bucket: string | undefined;
  /** Decoded; empty for requests about the bucket. */
  readonly object: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

const MAX_SKEW_MS = 15 * 60_000;
const MAX_LIFETIME_SECONDS = 7 * 24 * 3600;
const V4_ALGORITHM = 'OSS4-HMAC-SHA256';

/** Parameters that version 1 signs because they say what is asked, not how much of it. */
const SUB_RESOURCES: ReadonlySet<string> = new Set([
  'acl',
  'append',
  'bucketInfo',
  'callback',
  'callback-var',
  'continuation-token',
  'delete',
  'location',
  'objectMeta',
  'partNumber',
  'position',
  'security-token',
  'stat',
  'symlink',
  'tagging',
  'uploadId',
  'uploads',
  'versionId',
  'x-oss-process',
  'x-oss-traffic-limit',
]);

/**
 * Whether a request is signed by these credentials, for this region, now: versions 1 and 4, in the header or in the query.
 *
 * @throws {OssRefusal} which says why not
 */
export function checkSignature(request: SignedRequest, credentials: OssCredentials, region: string, now: Date): void {
  const { query } = request;
  const authorization = request.headers.authorization ?? '';
  if (query.get('x-oss-signature-version') === V4_ALGORITHM) checkV4Query(request, credentials, region, now);
  else if (query.has('OSSAccessKeyId')) checkV1Query(request, credentials, now);
  else if (authorization.startsWith(`${V4_ALGORITHM} `)) checkV4Header(request, credentials, region, now);
  else if (authorization.startsWith('OSS ')) checkV1Header(request, credentials, now);
  else throw new OssRefusal(403, 'AccessDenied', 'You have no right to access this object because of bucket acl.');
}

function checkV1Header(request: SignedRequest, credentials: OssCredentials, now: Date): void {
  const [, accessKeyId = '', signature = ''] = /^OSS ([^:]+):(.+)$/.exec(request.headers.authorization ?? '') ?? [];
  checkKey(accessKeyId, header(request, 'x-oss-security-token'), credentials);
  const date = header(request, 'x-oss-date') ?? request.headers.date ?? '';
  checkSkew(new Date(date), now);
  compare(signature, signV1(request, credentials.accessKeySecret, date));
}

function checkV1Query(request: SignedRequest, credentials: OssCredentials, now: Date): void {
  const { query } = request;
  checkKey(query.get('OSSAccessKeyId') ?? '', query.get('security-token') ?? undefined, credentials);
  const expires = query.get('Expires') ?? '';
  if (!(Number(expires) * 1000 > now.getTime())) throw expired();
  compare(query.get('Signature') ?? '', signV1(request, credentials.accessKeySecret, expires));
}

/** @param time date of the request, or when it expires in seconds of the epoch */
function signV1(request: SignedRequest, secret: string, time: string): string {
  const { method, headers, bucket, object, query } = request;
  const ossHeaders = Object.keys(headers)
    .filter((name) => name.startsWith('x-oss-'))
    .sort()
    .map((name) => `${name}:${(header(request, name) ?? '').trim()}`);
  const parameters = [...query]
    .filter(([name]) => SUB_RESOURCES.has(name) || name.startsWith('response-'))
    .sort(([one], [other]) => byBytes(one, other))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
  const resource = `/${bucket === undefined ? '' : `${bucket}/`}${object}${parameters === '' ? '' : `?${parameters}`}`;
  const text = [
    method,
    header(request, 'content-md5') ?? '',
    headers['content-type'] ?? '',
    time,
    ...ossHeaders,
    resource,
  ].join('\n');
  return createHmac('sha1', secret).update(text).digest('base64');
}

interface V4Signature {
  readonly credential: string;
  readonly date: string;
  readonly additionalHeaders: readonly string[];
  readonly signature: string;
}

function checkV4Header(request: SignedRequest, credentials: OssCredentials, region: string, now: Date): void {
  const fields = new Map(
    (request.headers.authorization ?? '')
      .slice(V4_ALGORITHM.length)
      .split(',')
      .map((field): [string, string] => {
        const [name = '', ...value] = field.trim().split('=');
        return [name, value.join('=')];
      }),
  );
  const date = header(request, 'x-oss-date') ?? '';
  checkV4(request, credentials, region, header(request, 'x-oss-security-token'), {
    credential: fields.get('Credential') ?? '',
    date,
    additionalHeaders: list(fields.get('AdditionalHeaders')),
    signature: fields.get('Signature') ?? '',
  });
  checkSkew(instantOf(date), now);
}

function checkV4Query(request: SignedRequest, credentials: OssCredentials, region: string, now: Date): void {
  const { query } = request;
  const date = query.get('x-oss-date') ?? '';
  const lifetimeSeconds = Number(query.get('x-oss-expires'));
  if (!(lifetimeSeconds >= 1 && lifetimeSeconds <= MAX_LIFETIME_SECONDS)) {
    throw new OssRefusal(400, 'AuthorizationQueryParametersError', 'Invalid x-oss-expires.');
  }
  checkV4(request, credentials, region, query.get('x-oss-security-token') ?? undefined, {
    credential: query.get('x-oss-credential') ?? '',
    date,
    additionalHeaders: list(query.get('x-oss-additional-headers') ?? undefined),
    signature: query.get('x-oss-signature') ?? '',
  });
  const ageMs = now.getTime() - instantOf(date).getTime();
  if (!(ageMs >= -MAX_SKEW_MS && ageMs <= lifetimeSeconds * 1000)) throw expired();
}

function checkV4(
  request: SignedRequest,
  credentials: OssCredentials,
  region: string,
  securityToken: string | undefined,
  { credential, date, additionalHeaders, signature }: V4Signature,
): void {
  const [accessKeyId = '', day = '', signedRegion = '', product, end] = credential.split('/');
  if (product !== 'oss' || end !== 'aliyun_v4_request' || !date.startsWith(`${day}T`)) {
    throw new OssRefusal(400, 'InvalidArgument', 'Invalid credential scope.');
  }
  if (signedRegion !== region) {
    throw new OssRefusal(400, 'InvalidArgument', 'Invalid signing region in Authorization header.');
  }
  checkKey(accessKeyId, securityToken, credentials);
  const scope = `${day}/${region}/oss/aliyun_v4_request`;
  const canonical = createHash('sha256').update(canonicalRequest(request, additionalHeaders)).digest('hex');
  const key = [day, region, 'oss', 'aliyun_v4_request'].reduce<string | Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `aliyun_v4${credentials.accessKeySecret}`,
  );
  const text = [V4_ALGORITHM, date, scope, canonical].join('\n');
  compare(signature, createHmac('sha256', key).update(text).digest('hex'));
}

function canonicalRequest(request: SignedRequest, additionalHeaders: readonly string[]): string {
  const { method, headers, bucket, object, query } = request;
  const path = `/${bucket === undefined ? '' : `${bucket}/`}${object}`;
  const parameters = [...query]
    .filter(([name]) => name !== 'x-oss-signature')
    .map(([name, value]): [string, string] => [escape(name), escape(value)])
    .sort(([one], [other]) => byBytes(one, other))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const signed = Object.keys(headers)
    .filter((name) => /^(content-type|content-md5|x-oss-.*)$/.test(name) || additionalHeaders.includes(name))
    .sort()
    .map((name) => `${name}:${(header(request, name) ?? '').trim()}\n`);
  return [
    method,
    escape(path).replaceAll('%2F', '/'),
    parameters.join('&'),
    signed.join(''),
    additionalHeaders.join(';'),
    header(request, 'x-oss-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
}

function checkKey(accessKeyId: string, securityToken: string | undefined, credentials: OssCredentials): void {
  const needsToken = credentials.securityToken !== undefined;
  if (accessKeyId !== credentials.accessKeyId || (needsToken && securityToken === undefined)) {
    throw new OssRefusal(
      403,
      'InvalidAccessKeyId',
      'The OSS Access Key Id you provided does not exist in our records.',
      `<OSSAccessKeyId>${accessKeyId}</OSSAccessKeyId>`,
    );
  }
  if (needsToken && securityToken !== credentials.securityToken) {
    throw new OssRefusal(403, 'InvalidSecurityToken', 'The security token you provided is invalid.');
  }
}

function checkSkew(date: Date, now: Date): void {
  if (!(Math.abs(now.getTime() - date.getTime()) <= MAX_SKEW_MS)) {
    throw new OssRefusal(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
}

/** Says what OSS says, the signature that came included: none of it may reach a log. */
function compare(signature: string, expected: string): void {
  const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)];
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new OssRefusal(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    `<SignatureProvided>${signature}</SignatureProvided>`,
  );
}

function expired(): OssRefusal {
  return new OssRefusal(403, 'AccessDenied', 'Request has expired.');
}

/** ISO 8601 basic, `20261121T144500Z`. */
function instantOf(date: string): Date {
  return new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function list(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(';');
}

function header(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function escape(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function byBytes(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
