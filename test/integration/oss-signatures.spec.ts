import OSS from 'ali-oss';
import { OssRefusal } from '../support/oss/refusal.js';
import { checkSignature, type OssCredentials, type SignedRequest } from '../support/oss/signature.js';

const credentials: OssCredentials = { accessKeyId: 'LTAI5tTestKey', accessKeySecret: 'the-Secret/of=the+tests' };
const temporary: OssCredentials = { ...credentials, accessKeyId: 'STS.TestKey', securityToken: 'a+token/of=STS' };
const region = 'cn-hangzhou';
const bucket = 'recordings';
const object = 'Straße 7/50%+1/(a)*!&=~/seg_0001.m4s';
const minuteMs = 60_000;
const faraway = 16 * minuteMs;

interface Captured {
  readonly url: string;
  readonly params: { readonly method: string; readonly headers: Record<string, string | number> };
}

/** A client of ali-oss whose requests end here, and the requests. */
function capturing(isV4: boolean, who: OssCredentials): { client: OSS; captured: Captured[] } {
  const captured: Captured[] = [];
  const headers = { etag: '"E"' };
  const options = {
    ...who,
    region: `oss-${region}`,
    bucket,
    stsToken: who.securityToken,
    refreshSTSTokenInterval: 1,
    authorizationV4: isV4,
    urllib: {
      request: (url: string, params: Captured['params']) => {
        captured.push({ url, params });
        const status = params.method === 'DELETE' ? 204 : 200;
        return Promise.resolve({ status, headers, data: '<Result/>', res: { status, headers } });
      },
    },
  };
  return { client: new OSS(options), captured };
}

/** What arrives at a server: names in small letters, values as text. */
function arrived(url: string, method: string, headers: Record<string, string | number> = {}): SignedRequest {
  const { pathname, searchParams } = new URL(url);
  return {
    method,
    bucket,
    object: decodeURIComponent(pathname.slice(1)),
    query: searchParams,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
  };
}

const calls: [string, (client: OSS) => Promise<unknown>][] = [
  [
    'put',
    (client) =>
      client.put(object, Buffer.from('x'), { mime: 'video/mp4', headers: { 'x-oss-forbid-overwrite': 'true' } }),
  ],
  ['put with metadata', (client) => client.put(object, Buffer.from('x'), { meta: { uid: 1, pid: 2 } })],
  [
    'get of a range',
    (client) => client.get(object, { headers: { Range: 'bytes=0-1', 'x-oss-range-behavior': 'standard' } }),
  ],
  [
    'get that signs more headers than it must',
    (client) => client.get(object, { headers: { Range: 'bytes=0-1' }, additionalHeaders: ['Range'] }),
  ],
  ['head', (client) => client.head(object)],
  ['delete', (client) => client.delete(object)],
  ['deletion of many', (client) => client.deleteMulti([object, 'a'])],
  ['list', (client) => client.listV2({ prefix: 'Straße 7/50%+1/', delimiter: '/', 'max-keys': 1000 })],
  ['next page of a list', (client) => client.listV2({ prefix: 'a', 'continuation-token': 'Q2g=+/' })],
  ['start of an upload', (client) => client.initMultipartUpload(object, { mime: 'video/mp4' })],
  ['part', (client) => client.uploadPart(object, 'ID', 2, Buffer.from('xyz'), 0, 3)],
  ['end of an upload', (client) => client.completeMultipartUpload(object, 'ID', [{ number: 1, etag: '"E"' }])],
  ['abort of an upload', (client) => client.abortMultipartUpload(object, 'ID')],
];

const makers = [
  ['version 1', false, credentials],
  ['version 1 with a token', false, temporary],
  ['version 4', true, credentials],
  ['version 4 with a token', true, temporary],
] as const;

describe.each(makers)('requests that ali-oss signs in %s', (_name, isV4, who) => {
  async function captureOne(call: (client: OSS) => Promise<unknown>): Promise<SignedRequest> {
    const { client, captured } = capturing(isV4, who);
    await call(client);
    expect(captured).toHaveLength(1);
    const [{ url, params }] = captured as [Captured];
    return arrived(url, params.method, params.headers);
  }

  it.each(calls)('pass when they are as they were signed: %s', async (_call, call) => {
    const request = await captureOne(call);

    expect(verdict(request, who)).toBe('passed');
    expect(verdict({ ...request, method: 'PATCH' }, who)).toBe('SignatureDoesNotMatch');
    expect(verdict({ ...request, object: `${request.object}x` }, who)).toBe('SignatureDoesNotMatch');
    expect(verdict({ ...request, bucket: 'another' }, who)).toBe('SignatureDoesNotMatch');
    expect(verdict(request, { ...who, accessKeySecret: 'another' })).toBe('SignatureDoesNotMatch');
    expect(verdict(request, { ...who, accessKeyId: 'another' })).toBe('InvalidAccessKeyId');
  });

  it.each(['content-type', 'content-md5', 'x-oss-forbid-overwrite', 'x-oss-new'])(
    'are refused when somebody writes another %s into them',
    async (name) => {
      const request = await captureOne((client) =>
        client.put(object, Buffer.from('x'), { headers: { 'x-oss-forbid-overwrite': 'true' } }),
      );

      expect(verdict({ ...request, headers: { ...request.headers, [name]: 'other' } }, who)).toBe(
        'SignatureDoesNotMatch',
      );
    },
  );

  it('are refused when they ask for another part', async () => {
    const request = await captureOne((client) => client.uploadPart(object, 'ID', 2, Buffer.from('x'), 0, 1));
    const query = new URLSearchParams(request.query);
    query.set('partNumber', '3');

    expect(verdict({ ...request, query }, who)).toBe('SignatureDoesNotMatch');
  });

  it('pass for a quarter of an hour before and after', async () => {
    const request = await captureOne((client) => client.head(object));

    for (const away of [-14 * minuteMs, 14 * minuteMs]) expect(verdict(request, who, away)).toBe('passed');
    for (const away of [-faraway, faraway]) expect(verdict(request, who, away)).toBe('RequestTimeTooSkewed');
  });

  it('are refused without their token, or with another', async () => {
    const request = await captureOne((client) => client.head(object));
    const { 'x-oss-security-token': token, ...headers } = request.headers;

    expect(token).toBe(who.securityToken);
    if (token === undefined) return;
    expect(verdict({ ...request, headers }, who)).toBe('InvalidAccessKeyId');
    expect(verdict({ ...request, headers: { ...headers, 'x-oss-security-token': 'other' } }, who)).toBe(
      'InvalidSecurityToken',
    );
  });
});

describe.each([
  ['without a token', credentials],
  ['with a token', temporary],
])('URLs that ali-oss signs in version 4 %s', (_name, who) => {
  const headers = { 'Content-Type': 'video/mp4' };
  const sign = async (method: 'GET' | 'PUT', lifetimeSeconds = 60) => {
    const { client } = capturing(true, who);
    const url = await client.signatureUrlV4(method, lifetimeSeconds, method === 'PUT' ? { headers } : {}, object);
    return arrived(url, method, method === 'PUT' ? headers : {});
  };

  it.each(['GET', 'PUT'] as const)('let a %s through until they expire', async (method) => {
    const request = await sign(method);

    expect(verdict(request, who)).toBe('passed');
    expect(verdict(request, who, 58_000)).toBe('passed');
    expect(verdict(request, who, 62_000)).toBe('AccessDenied');
    expect(verdict(request, who, -faraway)).toBe('AccessDenied');
  });

  it('are refused when they are changed', async () => {
    const request = await sign('PUT');
    const query = new URLSearchParams(request.query);
    query.set('x-oss-expires', '600');

    expect(verdict({ ...request, query }, who)).toBe('SignatureDoesNotMatch');
    expect(verdict({ ...request, object: 'other' }, who)).toBe('SignatureDoesNotMatch');
    expect(verdict({ ...request, method: 'DELETE' }, who)).toBe('SignatureDoesNotMatch');
    expect(verdict({ ...request, headers: {} }, who)).toBe('SignatureDoesNotMatch');
    expect(verdict(request, { ...who, accessKeySecret: 'another' })).toBe('SignatureDoesNotMatch');
  });

  it('are refused when they would live for longer than a week', async () => {
    expect(verdict(await sign('GET', 604_800), who)).toBe('passed');
    expect(verdict(await sign('GET', 604_801), who)).toBe('AuthorizationQueryParametersError');
  });
});

describe('URLs that ali-oss signs in version 1', () => {
  const sign = (method: 'GET' | 'PUT') => {
    const { client } = capturing(false, credentials);
    return arrived(client.signatureUrl(object, { method, expires: 60 }), method);
  };

  it.each(['GET', 'PUT'] as const)('let a %s through until they expire', (method) => {
    const request = sign(method);

    expect(verdict(request, credentials)).toBe('passed');
    expect(verdict(request, credentials, 62_000)).toBe('AccessDenied');
    expect(verdict({ ...request, object: 'other' }, credentials)).toBe('SignatureDoesNotMatch');
    expect(verdict({ ...request, method: 'DELETE' }, credentials)).toBe('SignatureDoesNotMatch');
    expect(verdict(request, { ...credentials, accessKeySecret: 'another' })).toBe('SignatureDoesNotMatch');
  });
});

it('lets nobody through who has signed nothing', () => {
  expect(verdict(arrived('http://oss/x', 'GET'), credentials)).toBe('AccessDenied');
});

it('knows for which region a request was signed', async () => {
  const { client, captured } = capturing(true, credentials);
  await client.head(object);
  const [{ url, params }] = captured as [Captured];
  const request = arrived(url, params.method, params.headers);

  expect(() => checkSignature(request, credentials, 'cn-beijing', new Date())).toThrow('Invalid signing region');
});

function verdict(request: SignedRequest, who: OssCredentials, laterMs = 0): string {
  try {
    checkSignature(request, who, region, new Date(Date.now() + laterMs));
    return 'passed';
  } catch (error) {
    if (error instanceof OssRefusal) return error.code;
    throw error;
  }
}
