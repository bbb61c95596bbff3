import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { OssStorageConfig } from '../../src/config/index.js';
import { OssBucket, type KeptObject, type Received, type KeptHeaders } from './oss/bucket.js';
import { OssRefusal } from './oss/refusal.js';
import { checkSignature, type OssCredentials, type SignedRequest } from './oss/signature.js';
import { completedXml, deletedXml, listingXml, namedParts, namedKeys, uploadXml } from './oss/xml.js';

export interface OssServerOptions {
  readonly credentials?: OssCredentials;
  /** Without `oss-`. */
  readonly region?: string;
  /** Objects that a page of a listing has at most, whatever was asked for. */
  readonly pageSize?: number;
}

/** Alibaba OSS as far as recordings need it, with one bucket, addressed by the path: `/bucket/key`. */
export interface OssServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: OssBucket;
  /** What a driver needs to use it. */
  readonly config: OssStorageConfig;
  /** What a server needs to use it. */
  readonly settings: Readonly<Record<string, string>>;
  /** `PUT key?partNumber=1` and so on, in the order in which they came. */
  readonly requests: string[];
  /** Says what time it is there. */
  clock: () => Date;
  /** What every request is refused with while it is set. */
  refusal: OssRefusal | undefined;
  /** Which objects {@link refusal} is about: all, until it is set. */
  isRefused: (object: string) => boolean;
  /** Whether requests are taken and never answered. */
  isSilent: boolean;
  /** After how many bytes of an object nothing more comes; undefined: after the last. */
  stallsAfterBytes: number | undefined;
}

const BUCKET = 'recordings';
const OSS_PAGE_SIZE = 1000;

interface Exchange {
  readonly request: SignedRequest;
  readonly body: Received;
  readonly response: ServerResponse;
}

export async function startOssServer(options: OssServerOptions = {}): Promise<OssServer> {
  const server = new TestOssServer(options);
  await server.listen();
  return server;
}

class TestOssServer implements OssServer {
  readonly bucket = new OssBucket(() => this.clock());
  readonly requests: string[] = [];
  clock = (): Date => new Date();
  refusal: OssRefusal | undefined;
  isRefused = (_object: string): boolean => true;
  isSilent = false;
  stallsAfterBytes: number | undefined;
  private readonly credentials: OssCredentials;
  private readonly region: string;
  private readonly pageSize: number;
  private readonly server = createServer((incoming, response) => {
    void this.answer(incoming, response);
  });

  constructor({ credentials, region = 'cn-test', pageSize = OSS_PAGE_SIZE }: OssServerOptions) {
    this.credentials = credentials ?? { accessKeyId: 'LTAI5tTestKey', accessKeySecret: 'the-Secret/of=the+tests' };
    this.region = region;
    this.pageSize = pageSize;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get config(): OssStorageConfig {
    return {
      type: 'oss',
      bucket: BUCKET,
      root: '',
      region: `oss-${this.region}`,
      endpoint: this.endpoint,
      accessKeyId: this.credentials.accessKeyId,
      accessKeySecret: this.credentials.accessKeySecret,
      securityToken: this.credentials.securityToken,
    };
  }

  get settings(): Readonly<Record<string, string>> {
    const { config } = this;
    return {
      AIRCHECK_RECORDER_STORAGE_TYPE: 'oss',
      AIRCHECK_RECORDER_STORAGE_BUCKET: config.bucket,
      AIRCHECK_RECORDER_STORAGE_REGION: config.region,
      AIRCHECK_RECORDER_STORAGE_ENDPOINT: config.endpoint,
      AIRCHECK_RECORDER_STORAGE_ACCESS_KEY_ID: config.accessKeyId,
      AIRCHECK_RECORDER_STORAGE_ACCESS_KEY_SECRET: config.accessKeySecret,
      AIRCHECK_RECORDER_STORAGE_SECURITY_TOKEN: config.securityToken ?? '',
    };
  }

  listen(): Promise<void> {
    return new Promise((done) => this.server.listen(0, '127.0.0.1', done));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID().replaceAll('-', '').slice(0, 24).toUpperCase();
    response.setHeader('x-oss-request-id', requestId);
    response.setHeader('Server', 'AliyunOSS');
    try {
      const bytes = await buffer(incoming);
      const request = readRequest(incoming);
      this.requests.push(`${request.method} ${request.object}${new URL(incoming.url ?? '', this.endpoint).search}`);
      if (this.isSilent) return;
      if (this.refusal !== undefined && this.isRefused(request.object)) throw this.refusal;
      checkSignature(request, this.credentials, this.region, this.clock());
      this.route({ request, body: received(request, bytes), response });
    } catch (error) {
      if (error instanceof OssRefusal) refuse(incoming, response, error, requestId);
      else response.destroy();
    }
  }

  private route(exchange: Exchange): void {
    const { request, response } = exchange;
    if (request.bucket !== BUCKET) {
      throw new OssRefusal(404, 'NoSuchBucket', 'The specified bucket does not exist.');
    }
    if (request.object === '') this.routeBucket(exchange);
    else if (request.query.has('uploadId') || request.query.has('uploads')) this.routeUpload(exchange);
    else if (request.method === 'PUT') this.putObject(exchange);
    else if (request.method === 'GET') this.getObject(exchange);
    else if (request.method === 'HEAD') response.writeHead(200, factsOf(this.bucket.find(request.object))).end();
    else if (request.method === 'DELETE') {
      this.bucket.objects.delete(request.object);
      response.writeHead(204).end();
    } else throw notAllowed();
  }

  private routeBucket({ request: { method, query, headers }, body, response }: Exchange): void {
    if (method === 'POST' && query.has('delete')) {
      if (headers['content-md5'] === undefined) {
        throw new OssRefusal(400, 'MissingArgument', 'Missing Some Required Arguments.');
      }
      const { keys, isQuiet } = namedKeys(body.bytes.toString());
      const gone = this.bucket.deleteAll(keys);
      sendXml(response, deletedXml(isQuiet ? [] : gone));
    } else if (method === 'GET' && query.get('list-type') === '2') {
      const token = query.get('continuation-token');
      const limit = Math.min(Number(query.get('max-keys') ?? '100'), OSS_PAGE_SIZE, this.pageSize);
      const listing = this.bucket.list({
        prefix: query.get('prefix') ?? '',
        delimiter: query.get('delimiter') ?? '',
        after: token === null ? '' : Buffer.from(token, 'base64url').toString(),
        limit,
      });
      sendXml(response, listingXml(BUCKET, listing));
    } else throw notAllowed();
  }

  private routeUpload({ request, body, response }: Exchange): void {
    const { method, object, query } = request;
    const uploadId = query.get('uploadId') ?? '';
    if (method === 'POST' && query.has('uploads')) {
      const begun = this.bucket.begin(object, keptHeaders(request), isOverwriteForbidden(request));
      sendXml(response, uploadXml(BUCKET, object, begun));
    } else if (method === 'PUT') {
      this.bucket.putPart(object, uploadId, Number(query.get('partNumber')), body);
      response.writeHead(200, { ETag: `"${body.md5}"` }).end();
    } else if (method === 'POST') {
      const parts = namedParts(body.bytes.toString());
      const kept = this.bucket.complete(object, uploadId, parts, isOverwriteForbidden(request));
      response.setHeader('x-oss-hash-crc64ecma', kept.crc64);
      sendXml(response, completedXml(BUCKET, object, kept.etag));
    } else if (method === 'DELETE') {
      this.bucket.abort(object, uploadId);
      response.writeHead(204).end();
    } else throw notAllowed();
  }

  private putObject({ request, body, response }: Exchange): void {
    const kept = this.bucket.put(request.object, keptHeaders(request), body, isOverwriteForbidden(request));
    response.writeHead(200, { ETag: `"${kept.etag}"`, 'x-oss-hash-crc64ecma': kept.crc64 }).end();
  }

  private getObject({ request, response }: Exchange): void {
    const object = this.bucket.find(request.object);
    const range = rangeOf(request, object.sizeBytes);
    if (this.stallsAfterBytes !== undefined) {
      response.writeHead(200, factsOf(object)).write(object.bytes.subarray(0, this.stallsAfterBytes));
      return;
    }
    if (range === undefined) {
      response.writeHead(200, factsOf(object)).end(object.bytes);
      return;
    }
    const { start, end } = range;
    const headers = {
      ...factsOf(object),
      'Content-Length': end - start + 1,
      'Content-Range': `bytes ${start}-${end}/${object.sizeBytes}`,
    };
    response.writeHead(206, headers).end(object.bytes.subarray(start, end + 1));
  }
}

function readRequest(incoming: IncomingMessage): SignedRequest {
  const url = new URL(incoming.url ?? '/', 'http://oss');
  const [, bucket = '', object = ''] = /^\/([^/]*)\/?(.*)$/s.exec(url.pathname) ?? [];
  return {
    method: incoming.method ?? '',
    bucket: bucket === '' ? undefined : decodeURIComponent(bucket),
    object: decodeURIComponent(object),
    query: url.searchParams,
    headers: incoming.headers,
  };
}

/** @throws {OssRefusal} when the body is not the one that was sent */
function received({ headers }: SignedRequest, bytes: Buffer): Received {
  const md5 = createHash('md5').update(bytes).digest();
  const claimed = headers['content-md5'];
  if (claimed !== undefined && claimed !== md5.toString('base64')) {
    throw new OssRefusal(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  return { bytes, sizeBytes: bytes.length, md5: md5.toString('hex').toUpperCase() };
}

/** Out of the object: all of it is given, unless the standard was asked for. */
function rangeOf({ headers }: SignedRequest, sizeBytes: number): { start: number; end: number } | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (from === undefined) return undefined;
  const start = Number(from);
  const end = to === undefined || to === '' ? sizeBytes - 1 : Number(to);
  const isStandard = headers['x-oss-range-behavior'] === 'standard';
  if (start <= end && end < sizeBytes) return { start, end };
  if (!isStandard) return undefined;
  if (start <= end && start < sizeBytes) return { start, end: sizeBytes - 1 };
  throw new OssRefusal(416, 'InvalidRange', 'The requested range cannot be satisfied.');
}

function factsOf(object: KeptObject): Record<string, string | number> {
  return {
    'Content-Length': object.sizeBytes,
    'Content-Type': object.kept.contentType,
    ...object.kept.meta,
    'Last-Modified': object.modifiedAt.toUTCString(),
    'Accept-Ranges': 'bytes',
    ETag: `"${object.etag}"`,
    'x-oss-hash-crc64ecma': object.crc64,
    'x-oss-object-type': object.contentMd5 === undefined ? 'Multipart' : 'Normal',
    ...(object.contentMd5 !== undefined && { 'Content-MD5': object.contentMd5 }),
  };
}

/** An answer to HEAD has no body: it says why in a header. */
function refuse(incoming: IncomingMessage, response: ServerResponse, refusal: OssRefusal, requestId: string): void {
  const xml = refusal.xml(requestId);
  if (incoming.method === 'HEAD') {
    response.writeHead(refusal.status, { 'x-oss-err': Buffer.from(xml).toString('base64') }).end();
  } else response.writeHead(refusal.status, { 'Content-Type': 'application/xml' }).end(xml);
}

function sendXml(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'Content-Type': 'application/xml' }).end(xml);
}

function keptHeaders({ headers }: SignedRequest): KeptHeaders {
  const meta = Object.entries(headers).filter(([name]) => name.startsWith('x-oss-meta-'));
  return {
    contentType: headers['content-type'] ?? 'application/octet-stream',
    meta: Object.fromEntries(meta.map(([name, value]) => [name, String(value)])),
  };
}

function isOverwriteForbidden({ headers }: SignedRequest): boolean {
  return headers['x-oss-forbid-overwrite'] === 'true';
}

function notAllowed(): OssRefusal {
  return new OssRefusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
}
