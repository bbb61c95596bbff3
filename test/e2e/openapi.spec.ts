import { ApiDescription, type ApiDocument } from '../support/api-description.js';
import { makeMedia } from '../support/media.js';
import { offer, viewerOffer } from '../support/offer.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const withFfmpeg = itWith('ffmpeg');

const TOKEN = 'a-token-for-tests-only';
const JSON_TYPE = 'application/json';
const OFFER = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const RESTART = 'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n';
const WHIP = '/whip/{stream}';
const WHEP = '/whep/{stream}';
const SESSION = '/session/{stream}/{session}';
const RECORD = '/api/record/{stream}';
const SESSIONS = '/api/v1/sessions';
const STORAGE = '/api/v1/storage';
const HOLD = `${SESSIONS}/{id}/hold`;
const RECORDINGS = '/api/v1/recordings';
const SYNC = '/api/recordings';
const NODES = '/api/v1/nodes';
const SPLIT = '/api/v1/streams/{stream}/recording/split';
const GRAPHQL = '/graphql';
const CLIP = '/play/{stream}/clip.mp4';
const EXPORTS = '/api/v1/exports';
const MINUTE = 'from=2026-11-20T12:00:00Z&to=2026-11-20T12:01:00Z';
const TIMELINE = '/api/v1/streams/{stream}/timeline';
const THUMBNAIL = '/api/v1/streams/{stream}/thumbnail';
const KEYFRAME = '/api/v1/streams/{stream}/keyframe';
const PRESIGN = '/api/storage/presign';
const PING = '/api/storage/ping';
const LOGIN = '/api/login';
const MAKE_TOKEN = '/api/token';
const OBJECT = '/api/record/object/{key}';
const DASH = '/play/{stream}/manifest.mpd';
const SHEET = '/play/{stream}/tiles-{step}-{start}.jpg';
const REACHABILITY = '/api/v1/reachability';
const AUDIT = '/api/v1/audit';
const PLAYBACK_URLS = '/api/v1/playback-urls';
const ACCESS = '/api/v1/access';
const HLS = '/play/{stream}/index.m3u8';

const CASCADES = '/api/cascade';
const CASCADE = '/api/cascade/{stream}';
const SOURCE = '/api/sources/{stream}';
const WEBHOOKS = '/api/v1/webhooks';
const TARGET = '{"url":"https://webhooks.invalid/","secret":"a-secret-of-tests"}';

const ANN = '{"username":"ann","password":"wrong"}';
const BOB = '{"username":"bob","password":"a-password-of-tests"}';
const CAM_TOKEN = '{"id":"cam","duration":60,"subscribe":true,"publish":false,"admin":false}';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('the description of the HTTP interface', () => {
  let server: TestServer;
  let api: ApiDescription;

  beforeAll(async () => {
    const servers = JSON.stringify([{ urls: ['stun:stun.example.net:3478'] }]);
    server = await TestServer.start({
      env: {
        AIRCHECK_AUTH_TOKENS: TOKEN,
        AIRCHECK_AUTH_SECRET: 'a-secret-of-tests-with-32-bytes!',
        AIRCHECK_AUTH_ACCOUNTS: '[{"username":"bob","password":"a-password-of-tests"}]',
        AIRCHECK_ICE_SERVERS: servers,
      },
    });
    api = new ApiDescription(await server.get<ApiDocument>('/api-docs-json'));
  });

  afterAll(() => server[Symbol.asyncDispose]());

  function call({ method, path, type, body, headers = {} }: Call): Promise<Response> {
    const common = { authorization: `Bearer ${TOKEN}`, ...(type === undefined ? {} : { 'content-type': type }) };
    return fetch(server.url(path), {
      method,
      headers: { ...common, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  async function session(stream: string): Promise<string> {
    const response = await call({ method: 'POST', path: `/whip/${stream}`, type: OFFER, body: offer() });
    expect(response.status).toBe(201);
    return response.headers.get('location') ?? '';
  }

  const anonymous = { authorization: '' };

  it.each<[number, string, Call]>([
    [200, GRAPHQL, { method: 'POST', path: GRAPHQL, type: JSON_TYPE, body: '{"query":"{ __typename }"}' }],
    [400, GRAPHQL, { method: 'POST', path: GRAPHQL, type: JSON_TYPE, body: '[]' }],
    [401, GRAPHQL, { method: 'POST', path: GRAPHQL, headers: anonymous }],
    [415, GRAPHQL, { method: 'POST', path: GRAPHQL, type: 'text/plain', body: 'hello' }],
    [200, NODES, { method: 'GET', path: NODES }],
    [404, `${NODES}/{alias}`, { method: 'GET', path: `${NODES}/nobody` }],
    [409, SPLIT, { method: 'POST', path: '/api/v1/streams/a/recording/split' }],
    [200, '/livez', { method: 'GET', path: '/livez' }],
    [200, '/readyz', { method: 'GET', path: '/readyz' }],
    [200, '/healthz', { method: 'GET', path: '/healthz' }],
    [200, '/metrics', { method: 'GET', path: '/metrics' }],
    [201, WHIP, { method: 'POST', path: '/whip/a', type: OFFER, body: offer() }],
    [400, WHIP, { method: 'POST', path: '/whip/a', type: OFFER, body: 'hello' }],
    [400, WHIP, { method: 'POST', path: '/whip/.a', type: OFFER, body: offer() }],
    [401, WHIP, { method: 'POST', path: '/whip/a', type: OFFER, body: offer(), headers: anonymous }],
    [
      406,
      WHIP,
      {
        method: 'POST',
        path: '/whip/a',
        type: OFFER,
        body: offer({ 'a=rtpmap:102 H264/90000': 'a=rtpmap:102 H261/90000' }),
      },
    ],
    [413, WHIP, { method: 'POST', path: '/whip/a', type: OFFER, body: 'a'.repeat(70_000) }],
    [415, WHIP, { method: 'POST', path: '/whip/a', type: 'text/plain', body: offer() }],
    [
      422,
      WHIP,
      { method: 'POST', path: '/whip/a', type: OFFER, body: offer({ 'a=group:BUNDLE 0 1': 'a=group:LS 0 1' }) },
    ],
    [200, CASCADES, { method: 'GET', path: CASCADES }],
    [400, CASCADE, { method: 'POST', path: '/api/cascade/c', type: JSON_TYPE, body: '{}' }],
    [
      403,
      CASCADE,
      { method: 'POST', path: '/api/cascade/c', type: JSON_TYPE, body: '{"sourceUrl":"http://10.0.0.1/whep/c"}' },
    ],
    [404, CASCADE, { method: 'DELETE', path: '/api/cascade/c' }],
    [200, '/api/sources', { method: 'GET', path: '/api/sources' }],
    [404, SOURCE, { method: 'GET', path: '/api/sources/c' }],
    [404, `${SOURCE}/state`, { method: 'GET', path: '/api/sources/c/state' }],
    [200, SOURCE, { method: 'DELETE', path: '/api/sources/c' }],
    [400, SOURCE, { method: 'POST', path: '/api/sources/c', type: JSON_TYPE, body: '{"url":"ftp://a"}' }],
    [
      403,
      SOURCE,
      { method: 'POST', path: '/api/sources/c', type: JSON_TYPE, body: '{"url":"whep://10.0.0.1/whep/c"}' },
    ],
    [422, SOURCE, { method: 'POST', path: '/api/sources/c', type: JSON_TYPE, body: '{"url":"rtsp://10.0.0.1/c"}' }],
    [204, WHIP, { method: 'GET', path: '/whip/a' }],
    [204, WHIP, { method: 'OPTIONS', path: '/whip/a', headers: anonymous }],
    [201, WHEP, { method: 'POST', path: '/whep/b', type: OFFER, body: viewerOffer() }],
    [400, WHEP, { method: 'POST', path: '/whep/b', type: OFFER, body: 'hello' }],
    [401, WHEP, { method: 'POST', path: '/whep/b', type: OFFER, body: viewerOffer(), headers: anonymous }],
    [406, WHEP, { method: 'POST', path: '/whep/b', type: OFFER, body: offer() }],
    [413, WHEP, { method: 'POST', path: '/whep/b', type: OFFER, body: 'a'.repeat(70_000) }],
    [415, WHEP, { method: 'POST', path: '/whep/b', type: 'text/plain', body: viewerOffer() }],
    [422, WHEP, { method: 'POST', path: '/whep/b', type: OFFER, body: viewerOffer().replace('BUNDLE', 'LS') }],
    [204, WHEP, { method: 'GET', path: '/whep/b' }],
    [204, WHEP, { method: 'OPTIONS', path: '/whep/b', headers: anonymous }],
    [204, SESSION, { method: 'OPTIONS', path: '/session/a/b', headers: anonymous }],
    [404, SESSION, { method: 'GET', path: '/session/a/b' }],
    [404, SESSION, { method: 'DELETE', path: '/session/a/b' }],
    [404, SESSION, { method: 'PATCH', path: '/session/a/b', type: FRAGMENT, body: RESTART }],
    [415, SESSION, { method: 'PATCH', path: '/session/a/b', type: OFFER, body: RESTART }],
    [413, SESSION, { method: 'PATCH', path: '/session/a/b', type: FRAGMENT, body: 'a'.repeat(70_000) }],
    [200, '/api/streams', { method: 'GET', path: '/api/streams' }],
    [404, '/api/streams/{stream}', { method: 'GET', path: '/api/streams/nobody' }],
    [404, '/api/streams/{stream}', { method: 'DELETE', path: '/api/streams/nobody' }],
    [204, '/api/streams/{stream}', { method: 'POST', path: '/api/streams/made' }],
    [409, '/api/streams/{stream}', { method: 'POST', path: '/api/streams/made' }],
    [400, '/api/streams/{stream}', { method: 'POST', path: '/api/streams/.made' }],
    [404, SESSION, { method: 'POST', path: '/session/a/b', type: JSON_TYPE, body: '{"kind":"video","enabled":false}' }],
    [400, SESSION, { method: 'POST', path: '/session/a/b', type: JSON_TYPE, body: '{"kind":"smell","enabled":false}' }],
    [415, SESSION, { method: 'POST', path: '/session/a/b', type: 'text/plain', body: 'mute' }],
    [404, `${SESSION}/layer`, { method: 'GET', path: '/session/a/b/layer' }],
    [404, `${SESSION}/layer`, { method: 'DELETE', path: '/session/a/b/layer' }],
    [404, `${SESSION}/layer`, { method: 'POST', path: '/session/a/b/layer', type: JSON_TYPE, body: '{}' }],
    [
      400,
      `${SESSION}/layer`,
      { method: 'POST', path: '/session/a/b/layer', type: JSON_TYPE, body: '{"encodingId":7}' },
    ],
    [200, WEBHOOKS, { method: 'GET', path: WEBHOOKS }],
    [201, WEBHOOKS, { method: 'POST', path: WEBHOOKS, type: JSON_TYPE, body: TARGET }],
    [400, WEBHOOKS, { method: 'POST', path: WEBHOOKS, type: JSON_TYPE, body: '{"url":"ftp://a","secret":"short"}' }],
    [415, WEBHOOKS, { method: 'POST', path: WEBHOOKS, type: 'text/plain', body: TARGET }],
    [404, `${WEBHOOKS}/{id}`, { method: 'DELETE', path: `${WEBHOOKS}/nobody` }],
    [200, `${WEBHOOKS}/deliveries`, { method: 'GET', path: `${WEBHOOKS}/deliveries?state=failed&limit=5` }],
    [400, `${WEBHOOKS}/deliveries`, { method: 'GET', path: `${WEBHOOKS}/deliveries?limit=0` }],
    [404, `${WEBHOOKS}/deliveries/{id}/redeliver`, { method: 'POST', path: `${WEBHOOKS}/deliveries/nobody/redeliver` }],
    [200, '/api/strategy', { method: 'GET', path: '/api/strategy' }],
    [200, '/api/info', { method: 'GET', path: '/api/info', headers: anonymous }],
    [200, RECORD, { method: 'GET', path: '/api/record/nobody' }],
    [200, RECORD, { method: 'DELETE', path: '/api/record/nobody' }],
    [404, RECORD, { method: 'POST', path: '/api/record/nobody', type: JSON_TYPE, body: '{}' }],
    [400, RECORD, { method: 'POST', path: '/api/record/nobody', type: JSON_TYPE, body: '{"base_dir":5}' }],
    [400, RECORD, { method: 'POST', path: '/api/record/nobody', type: JSON_TYPE, body: '{' }],
    [415, RECORD, { method: 'POST', path: '/api/record/nobody', type: 'text/plain', body: '{}' }],
    [200, '/api/playback', { method: 'GET', path: '/api/playback' }],
    [200, '/api/playback/{stream}', { method: 'GET', path: '/api/playback/nobody' }],
    [400, '/api/playback/{stream}', { method: 'GET', path: '/api/playback/.a' }],
    [200, SESSIONS, { method: 'GET', path: '/api/v1/sessions' }],
    [200, SESSIONS, { method: 'GET', path: '/api/v1/sessions?stream=cam&state=completed&from=2026-11-20T12:00:00Z' }],
    [400, SESSIONS, { method: 'GET', path: '/api/v1/sessions?limit=0' }],
    [400, SESSIONS, { method: 'GET', path: '/api/v1/sessions?from=yesterday' }],
    [400, SESSIONS, { method: 'GET', path: '/api/v1/sessions?cursor=nonsense' }],
    [401, SESSIONS, { method: 'GET', path: '/api/v1/sessions', headers: anonymous }],
    [404, `${SESSIONS}/{id}`, { method: 'GET', path: '/api/v1/sessions/nobody' }],
    [200, STORAGE, { method: 'GET', path: STORAGE }],
    [401, STORAGE, { method: 'GET', path: STORAGE, headers: anonymous }],
    [400, `${SESSIONS}/{id}`, { method: 'DELETE', path: '/api/v1/sessions/nobody' }],
    [404, `${SESSIONS}/{id}`, { method: 'DELETE', path: '/api/v1/sessions/nobody?removeObjects=true' }],
    [200, SESSIONS, { method: 'DELETE', path: '/api/v1/sessions?stream=nobody&removeObjects=true' }],
    [400, SESSIONS, { method: 'DELETE', path: '/api/v1/sessions?removeObjects=true' }],
    [401, SESSIONS, { method: 'DELETE', path: '/api/v1/sessions?stream=a&removeObjects=true', headers: anonymous }],
    [404, HOLD, { method: 'PUT', path: '/api/v1/sessions/nobody/hold' }],
    [404, HOLD, { method: 'DELETE', path: '/api/v1/sessions/nobody/hold' }],
    [200, RECORDINGS, { method: 'GET', path: '/api/v1/recordings?stream=cam' }],
    [400, RECORDINGS, { method: 'GET', path: '/api/v1/recordings?limit=0' }],
    [404, `${RECORDINGS}/{id}`, { method: 'GET', path: '/api/v1/recordings/none' }],
    [400, `${RECORDINGS}/{id}`, { method: 'DELETE', path: '/api/v1/recordings/none' }],
    [404, `${RECORDINGS}/{id}`, { method: 'DELETE', path: '/api/v1/recordings/none?removeObjects=false' }],
    [400, CLIP, { method: 'GET', path: '/play/nobody/clip.mp4' }],
    [404, CLIP, { method: 'GET', path: `/play/nobody/clip.mp4?${MINUTE}` }],
    [404, CLIP, { method: 'HEAD', path: `/play/nobody/clip.mp4?${MINUTE}` }],
    [401, CLIP, { method: 'GET', path: `/play/nobody/clip.mp4?${MINUTE}`, headers: anonymous }],
    [200, EXPORTS, { method: 'GET', path: EXPORTS }],
    [400, EXPORTS, { method: 'GET', path: `${EXPORTS}?cursor=x` }],
    [400, EXPORTS, { method: 'POST', path: EXPORTS, type: JSON_TYPE, body: '{"stream":"cam"}' }],
    [404, EXPORTS, { method: 'POST', path: EXPORTS, type: JSON_TYPE, body: '{"stream":"nobody","session":"s"}' }],
    [401, EXPORTS, { method: 'POST', path: EXPORTS, type: JSON_TYPE, body: '{}', headers: anonymous }],
    [404, `${EXPORTS}/{id}`, { method: 'GET', path: `${EXPORTS}/none` }],
    [404, `${EXPORTS}/{id}`, { method: 'DELETE', path: `${EXPORTS}/none` }],
    [404, `${EXPORTS}/{id}/events`, { method: 'GET', path: `${EXPORTS}/none/events` }],
    [404, `${EXPORTS}/{id}/url`, { method: 'POST', path: `${EXPORTS}/none/url` }],
    [404, `${EXPORTS}/{id}/file`, { method: 'GET', path: `${EXPORTS}/none/file` }],
    [404, `${EXPORTS}/{id}/file`, { method: 'HEAD', path: `${EXPORTS}/none/file` }],
    [400, TIMELINE, { method: 'GET', path: '/api/v1/streams/nobody/timeline?from=2026-11-20T12:00:00Z' }],
    [404, TIMELINE, { method: 'GET', path: `/api/v1/streams/nobody/timeline?${MINUTE}` }],
    [401, TIMELINE, { method: 'GET', path: `/api/v1/streams/nobody/timeline?${MINUTE}`, headers: anonymous }],
    [400, THUMBNAIL, { method: 'GET', path: '/api/v1/streams/nobody/thumbnail' }],
    [404, THUMBNAIL, { method: 'GET', path: '/api/v1/streams/nobody/thumbnail?at=2026-11-20T12:00:00Z' }],
    [404, KEYFRAME, { method: 'GET', path: '/api/v1/streams/nobody/keyframe?at=2026-11-20T12:00:00Z' }],
    [404, OBJECT, { method: 'GET', path: '/api/record/object/cam/2026/11/20/manifest.mpd' }],
    [404, OBJECT, { method: 'HEAD', path: '/api/record/object/cam/2026/11/20/manifest.mpd' }],
    [400, OBJECT, { method: 'GET', path: '/api/record/object/%2e%2e%2fetc' }],
    [400, OBJECT, { method: 'GET', path: '/api/record/object/cam/..%5c..%5cx' }],
    [400, DASH, { method: 'GET', path: '/play/cam/manifest.mpd?from=yesterday' }],
    [400, DASH, { method: 'GET', path: '/play/cam/manifest.mpd?from=2026-11-20T12:00:01Z&to=2026-11-20T12:00:00Z' }],
    [401, DASH, { method: 'GET', path: '/play/cam/manifest.mpd', headers: anonymous }],
    [404, DASH, { method: 'GET', path: '/play/nobody/manifest.mpd' }],
    [400, SHEET, { method: 'GET', path: '/play/nobody/tiles-3-1795176000000.jpg' }],
    [404, SHEET, { method: 'GET', path: '/play/nobody/tiles-10-1795176000000.jpg' }],
    [404, HLS, { method: 'GET', path: '/play/nobody/index.m3u8?from=2026-11-20T12:00:00Z' }],
    [200, AUDIT, { method: 'GET', path: `${AUDIT}?event=refused` }],
    [400, AUDIT, { method: 'GET', path: `${AUDIT}?cursor=x` }],
    [401, AUDIT, { method: 'GET', path: AUDIT, headers: anonymous }],
    [200, PLAYBACK_URLS, { method: 'POST', path: PLAYBACK_URLS, type: JSON_TYPE, body: '{"stream":"cam"}' }],
    [400, PLAYBACK_URLS, { method: 'POST', path: PLAYBACK_URLS, type: JSON_TYPE, body: '{"stream":"cam","to":"x"}' }],
    [415, PLAYBACK_URLS, { method: 'POST', path: PLAYBACK_URLS, type: 'text/plain', body: '{}' }],
    [200, ACCESS, { method: 'GET', path: ACCESS }],
    [401, ACCESS, { method: 'GET', path: ACCESS, headers: anonymous }],
    [200, SYNC, { method: 'GET', path: SYNC }],
    [400, SYNC, { method: 'GET', path: `${SYNC}?limit=-1` }],
    ...['PATCH', 'DELETE'].flatMap((method): [number, string, Call][] => [
      [200, SYNC, { method, path: SYNC, type: JSON_TYPE, body: '{"records":[]}' }],
      [400, SYNC, { method, path: SYNC, type: JSON_TYPE, body: '{}' }],
      [415, SYNC, { method, path: SYNC, type: 'text/plain', body: '{}' }],
    ]),
    [400, PRESIGN, { method: 'POST', path: PRESIGN, type: JSON_TYPE, body: '{"method":"DELETE","path":"a"}' }],
    [400, PRESIGN, { method: 'POST', path: PRESIGN, type: JSON_TYPE, body: '{"method":"GET","path":"../a"}' }],
    [401, PRESIGN, { method: 'POST', path: PRESIGN, type: JSON_TYPE, body: '{}', headers: anonymous }],
    [415, PRESIGN, { method: 'POST', path: PRESIGN, type: 'text/plain', body: '{}' }],
    [422, PRESIGN, { method: 'POST', path: PRESIGN, type: JSON_TYPE, body: '{"method":"GET","path":"a"}' }],
    [200, REACHABILITY, { method: 'GET', path: REACHABILITY }],
    [401, REACHABILITY, { method: 'GET', path: REACHABILITY, headers: anonymous }],
    ...(
      [
        [201, JSON.stringify({ offer: offer() })],
        [400, '{"offer":"hello"}'],
      ] as const
    ).map(([status, body]): [number, string, Call] => [
      status,
      `${REACHABILITY}/checks`,
      { method: 'POST', path: `${REACHABILITY}/checks`, type: JSON_TYPE, body },
    ]),
    [200, PING, { method: 'GET', path: PING }],
    [401, PING, { method: 'GET', path: PING, headers: anonymous }],
    [400, LOGIN, { method: 'POST', path: LOGIN, type: JSON_TYPE, body: '{"username":"ann"}', headers: anonymous }],
    [401, LOGIN, { method: 'POST', path: LOGIN, type: JSON_TYPE, body: ANN, headers: anonymous }],
    [200, LOGIN, { method: 'POST', path: LOGIN, type: JSON_TYPE, body: BOB, headers: anonymous }],
    [415, LOGIN, { method: 'POST', path: LOGIN, type: 'text/plain', body: ANN, headers: anonymous }],
    [200, MAKE_TOKEN, { method: 'POST', path: MAKE_TOKEN, type: JSON_TYPE, body: CAM_TOKEN }],
    [400, MAKE_TOKEN, { method: 'POST', path: MAKE_TOKEN, type: JSON_TYPE, body: '{"id":"cam"}' }],
    [401, MAKE_TOKEN, { method: 'POST', path: MAKE_TOKEN, type: JSON_TYPE, body: '{}', headers: anonymous }],
    [401, OBJECT, { method: 'GET', path: '/api/record/object/cam/init.m4s', headers: anonymous }],
  ])('has the answer %d of %s', async (status, route, request) => {
    const response = await call(request);

    expect(response.status).toBe(status);
    expect(await api.faults(request.method, route, response)).toEqual([]);
  });

  it('has the answers of a session', async () => {
    const path = await session('session');
    const patch = (ifMatch?: string, body = RESTART): Promise<Response> =>
      call({
        method: 'PATCH',
        path,
        type: FRAGMENT,
        body,
        headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
      });

    for (const [status, response] of [
      [204, await patch(undefined, 'a=end-of-candidates\r\n')],
      [400, await patch(undefined, 'hello')],
      [428, await patch()],
      [412, await patch('"other"')],
      [200, await patch('*')],
    ] as const) {
      expect(response.status).toBe(status);
      expect(await api.faults('PATCH', SESSION, response)).toEqual([]);
    }
    const shown = await call({ method: 'GET', path: '/api/streams/session' });
    expect(await api.faults('GET', '/api/streams/{stream}', shown)).toEqual([]);
    const recording = await call({ method: 'POST', path: '/api/record/session', type: JSON_TYPE, body: '{}' });
    expect(await api.faults('POST', RECORD, recording)).toEqual([]);
    const ended = await call({ method: 'DELETE', path });
    expect(ended.status).toBe(204);
    expect(await api.faults('DELETE', SESSION, ended)).toEqual([]);
  });

  withFfmpeg('has the answers of an object', async () => {
    await using open = await TestServer.start({ env: { AIRCHECK_RECORDER_AUTO_STREAMS: '*' } });
    const media = await makeMedia({ seconds: 10 });
    await using publisher = await Publisher.start('datachannel', { urls: [open.url('/whip/cam')], media, quiet: true });
    await pause(1500);
    await publisher.end();
    await until(() => isFinished(open, 'cam'), 'the recording is finished');
    const [entry] = await open.get<{ mpd_path: string }[]>('/api/playback/cam');
    const url = open.url(`/api/record/object/${entry?.mpd_path ?? ''}`);
    const etag = (await fetch(url)).headers.get('etag') ?? '';

    for (const [status, method, headers] of [
      [200, 'GET', {}],
      [200, 'HEAD', {}],
      [206, 'GET', { range: 'bytes=0-9' }],
      [304, 'GET', { 'if-none-match': etag }],
      [304, 'HEAD', { 'if-none-match': etag }],
      [412, 'GET', { 'if-match': '"other"' }],
      [416, 'GET', { range: 'bytes=9999999-' }],
    ] as const) {
      const response = await fetch(url, { method, headers });
      expect(response.status).toBe(status);
      expect(await api.faults(method, OBJECT, response)).toEqual([]);
    }
    const { headers } = await fetch(open.url('/play/cam/manifest.mpd'));
    for (const [status, route, path, conditions] of [
      [200, DASH, '/play/cam/manifest.mpd', {}],
      [200, HLS, '/play/cam/index.m3u8', {}],
      [304, DASH, '/play/cam/manifest.mpd', { 'if-none-match': headers.get('etag') ?? '' }],
      [412, DASH, '/play/cam/manifest.mpd', { 'if-match': '"other"' }],
    ] as const) {
      const response = await fetch(open.url(path), { headers: conditions });
      expect(response.status).toBe(status);
      expect(await api.faults('GET', route, response)).toEqual([]);
    }
    expect(await api.faults('GET', '/api/playback/{stream}', await fetch(open.url('/api/playback/cam')))).toEqual([]);
    expect(await api.faults('GET', '/api/streams', await fetch(open.url('/api/streams')))).toEqual([]);
    expect(await api.faults('GET', SESSIONS, await fetch(open.url(SESSIONS)))).toEqual([]);
    const { sessions } = await open.get<{ sessions: { id: string; startedAt: string }[] }>(SESSIONS);
    const startedMs = Date.parse(sessions[0]?.startedAt ?? '');
    const at = new Date(startedMs + 1000).toISOString();
    const range = `from=${new Date(startedMs).toISOString()}&to=${new Date().toISOString()}`;
    for (const [route, query] of [
      [TIMELINE, range],
      [THUMBNAIL, `at=${at}`],
      [KEYFRAME, `at=${at}`],
    ] as const) {
      const response = await fetch(open.url(`${route.replace('{stream}', 'cam')}?${query}`));
      expect([route, response.status]).toEqual([route, 200]);
      expect(await api.faults('GET', route, response)).toEqual([]);
    }
    const session = await fetch(open.url(`${SESSIONS}/${sessions[0]?.id ?? ''}`));
    expect(session.status).toBe(200);
    expect(await api.faults('GET', `${SESSIONS}/{id}`, session)).toEqual([]);
    const deletion = open.url(`${SESSIONS}/${sessions[0]?.id ?? ''}`);
    for (const [status, method, route, path] of [
      [204, 'PUT', HOLD, `${deletion}/hold`],
      [409, 'DELETE', `${SESSIONS}/{id}`, `${deletion}?removeObjects=true`],
      [204, 'DELETE', HOLD, `${deletion}/hold`],
      [200, 'GET', RECORDINGS, open.url(RECORDINGS)],
      [200, 'DELETE', `${SESSIONS}/{id}`, `${deletion}?removeObjects=true`],
    ] as const) {
      const response = await fetch(path, { method });
      expect(response.status).toBe(status);
      expect(await api.faults(method, route, response)).toEqual([]);
    }
  });

  it('names the header fields that clients go on with', () => {
    const names = (method: string, route: string, status: number): string[] =>
      Object.keys(api.operation(method, route).responses[status]?.headers ?? {});

    expect(names('POST', WHIP, 201)).toEqual(expect.arrayContaining(['Location', 'ETag', 'Accept-Patch', 'Link']));
    expect(names('POST', WHIP, 401)).toContain('WWW-Authenticate');
    expect(names('POST', WHIP, 409)).toContain('Retry-After');
    expect(names('OPTIONS', WHIP, 204)).toEqual(expect.arrayContaining(['Accept-Post', 'Link']));
    expect(names('PATCH', SESSION, 200)).toContain('ETag');
    expect(names('GET', OBJECT, 206)).toEqual(expect.arrayContaining(['ETag', 'Content-Range']));
  });

  it('names conditions, ranges and bodies that requests may have', () => {
    const parameters = (method: string, route: string): string[] =>
      (api.operation(method, route).parameters ?? []).map(({ name }) => name);

    expect(parameters('PATCH', SESSION)).toContain('If-Match');
    expect(parameters('GET', OBJECT)).toEqual(
      expect.arrayContaining(['Range', 'If-Range', 'If-Match', 'If-None-Match']),
    );
    expect(api.operation('POST', WHIP).requestBody?.content).toHaveProperty([OFFER]);
    expect(api.operation('PATCH', SESSION).requestBody?.content).toHaveProperty([FRAGMENT]);
  });

  it('explains every part of every path, and holds on whatever address the server has', () => {
    for (const [route, item] of Object.entries(api.document.paths)) {
      const wanted = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(item)) {
        expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(wanted);
      }
    }
    expect(api.document.servers.map(({ url }) => url)).toEqual(['/']);
  });
});
