import { offer } from '../support/offer.js';
import { problem } from '../support/problem.js';
import { TestServer } from '../support/server.js';

const SDP = { 'content-type': 'application/sdp' };
const FRAGMENT = { 'content-type': 'application/trickle-ice-sdpfrag' };

/** RFC 9725, called as a WHIP client calls it. No media flows here: the sessions stay `connecting`. */
describe('WHIP', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const publish = (stream: string, body: string = offer(), headers: Record<string, string> = SDP): Promise<Response> =>
    fetch(server.url(`/whip/${stream}`), { method: 'POST', headers, body });

  const patch = (session: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(server.url(session), { method: 'PATCH', headers: { ...FRAGMENT, ...headers }, body });

  const open = async (stream: string): Promise<{ session: string; etag: string; answer: string }> => {
    const response = await publish(stream);
    expect(response.status).toBe(201);
    return {
      session: response.headers.get('location') ?? '',
      etag: response.headers.get('etag') ?? '',
      answer: await response.text(),
    };
  };

  it('answers an offer with 201, the answer and the headers that a client goes on with', async () => {
    const response = await publish('headers');

    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toMatch(/^application\/sdp/);
    expect(response.headers.get('location')).toMatch(/^\/session\/headers\/[\w-]{22,}$/);
    expect(response.headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(response.headers.get('accept-patch')).toBe('application/trickle-ice-sdpfrag');
    const answer = await response.text();
    expect(answer).toMatch(/^v=0\r\n/);
    expect(answer.match(/a=recvonly/g)).toHaveLength(2);
    expect(answer).toContain('a=setup:passive');
    expect(answer).toContain('a=rtcp-mux');
    expect(answer).toMatch(/a=group:BUNDLE 0 1/);
    expect(answer).toMatch(/a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 \d+ typ host/i);
    expect(answer).not.toContain('ice-lite');
  });

  it('tells configured ICE servers in Link headers', async () => {
    const servers = JSON.stringify([
      { urls: ['turn:turn.example.net:3478?transport=udp'], username: 'u', credential: 'c' },
    ]);
    await using other = await TestServer.start({ env: { AIRCHECK_ICE_SERVERS: servers } });

    const response = await fetch(other.url('/whip/links'), { method: 'POST', headers: SDP, body: offer() });

    expect(response.headers.get('link')).toBe(
      '<turn:turn.example.net:3478?transport=udp>; rel="ice-server"; username="u"; credential="c"',
    );
  });

  it('says on OPTIONS what may be posted', async () => {
    const response = await fetch(server.url('/whip/options'), { method: 'OPTIONS' });

    expect([200, 204]).toContain(response.status);
    expect(response.headers.get('accept-post')).toBe('application/sdp');
  });

  it('answers GET on endpoint and session with success and no body', async () => {
    const { session } = await open('looked-at');

    for (const path of ['/whip/looked-at', session]) {
      const response = await fetch(server.url(path));
      expect(response.ok).toBe(true);
      expect(await response.text()).toBe('');
    }
  });

  it('takes trickled candidates without If-Match and with the right one', async () => {
    const { session, etag } = await open('trickle');
    const fragment =
      'a=ice-ufrag:4ZcD\r\na=ice-pwd:2/1muCWoOi3uLifh0NuRHlit\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host\r\na=end-of-candidates\r\n';

    expect((await patch(session, fragment)).status).toBe(204);
    expect((await patch(session, fragment, { 'if-match': etag })).status).toBe(204);
  });

  it('refuses a PATCH with a stale entity tag', async () => {
    const { session } = await open('stale');

    const response = await patch(session, 'a=ice-ufrag:4ZcD\r\na=ice-pwd:2/1muCWoOi3uLifh0NuRHlit\r\n', {
      'if-match': '"old"',
    });

    expect(await problem(response)).toMatchObject({ status: 412 });
  });

  it('restarts ICE with If-Match: *, quoted or not, and changes the entity tag', async () => {
    const { session, etag, answer } = await open('restart');
    const fragment = (ufrag: string): string => `a=ice-ufrag:${ufrag}\r\na=ice-pwd:newPasswordOfTheClient12\r\n`;
    const before = /a=ice-ufrag:(\S+)/.exec(answer)?.[1];

    const response = await patch(session, fragment('new1'), { 'if-match': '*' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/trickle-ice-sdpfrag/);
    expect(response.headers.get('etag')).not.toBe(etag);
    const body = await response.text();
    expect(/a=ice-ufrag:(\S+)/.exec(body)?.[1]).not.toBe(before);
    expect((await patch(session, fragment('new2'), { 'if-match': '"*"' })).status).toBe(200);
  });

  it('wants If-Match for an ICE restart', async () => {
    const { session } = await open('restart-unsafe');

    const response = await patch(session, 'a=ice-ufrag:new1\r\na=ice-pwd:newPasswordOfTheClient12\r\n');

    expect(await problem(response)).toMatchObject({ status: 428 });
  });

  it('ends a session on DELETE, whatever If-Match says, and does not know it afterwards', async () => {
    const { session } = await open('deleted');

    expect((await fetch(server.url(session), { method: 'DELETE', headers: { 'if-match': '"old"' } })).status).toBe(204);
    expect(await problem(await fetch(server.url(session), { method: 'DELETE' }))).toMatchObject({
      status: 404,
      code: 'session-not-found',
    });
  });

  it('replaces a publisher that never connected', async () => {
    const { session: first } = await open('replaced');
    const { session: second } = await open('replaced');

    expect(second).not.toBe(first);
    expect((await fetch(server.url(first), { method: 'DELETE' })).status).toBe(404);
  });

  it('forgets a publisher that has not connected after fifteen seconds', async () => {
    const { session } = await open('never-connects');
    const startedAt = Date.now();
    let status = 200;
    while (status !== 404 && Date.now() - startedAt < 25_000) {
      await new Promise((done) => setTimeout(done, 500));
      status = (await fetch(server.url(session))).status;
    }

    expect(status).toBe(404);
    expect(Date.now() - startedAt).toBeGreaterThan(14_000);
    expect(await server.get('/api/playback')).toEqual([]);
  });

  describe('bad input', () => {
    it.each([
      ['a wrong content type', 'cam', offer(), { 'content-type': 'text/plain' }, 415],
      ['no content type', 'cam', offer(), { 'content-type': '' }, 415],
      ['an empty offer', 'cam', '', SDP, 400],
      ['something that is no SDP', 'cam', '{"sdp": true}', SDP, 400],
      ['an offer without ICE credentials', 'cam', offer({ 'a=ice-ufrag:4ZcD': 'a=x:1' }), SDP, 400],
      ['an offer of more than 64 KiB', 'cam', offer() + 'a=x:'.padEnd(70_000, 'x'), SDP, 413],
      [
        'codecs that nobody can record',
        'cam',
        offer({ 'a=rtpmap:102 H264/90000': 'a=rtpmap:102 THEORA/90000' }),
        SDP,
        406,
      ],
      ['a stream name that climbs', '..%2f..%2fetc', offer(), SDP, 400],
      ['a stream name that starts with a dot', '.hidden', offer(), SDP, 400],
      ['a stream name with control characters', 'a%00b', offer(), SDP, 400],
      ['a stream name that is not UTF-8', '%ff%fe', offer(), SDP, 400],
      ['a stream name of 256 bytes', 'x'.repeat(256), offer(), SDP, 400],
    ] as const)('refuses %s', async (_what, stream, body, headers, status) => {
      const response = await fetch(server.url(`/whip/${stream}`), { method: 'POST', headers, body: Buffer.from(body) });

      expect((await problem(response)).status).toBe(status);
    });

    it('names the line that is wrong in an offer', async () => {
      const response = await publish('cam', offer({ 'a=rtpmap:111 opus/48000/2': 'a=rtpmap:111' }));

      const { status, detail } = await problem(response);
      expect(status).toBe(400);
      expect(detail).toMatch(/line 18/i);
    });

    it('does not know the session of somebody else', async () => {
      const response = await patch('/session/cam/00000000000000000000000000000000', 'a=ice-ufrag:a\r\na=ice-pwd:b\r\n');

      expect(await problem(response)).toMatchObject({ status: 404, code: 'session-not-found' });
    });

    it('refuses a PATCH of another type', async () => {
      const { session } = await open('patched');
      const response = await fetch(server.url(session), { method: 'PATCH', headers: SDP, body: offer() });

      expect((await problem(response)).status).toBe(415);
    });

    it('answers unknown paths and methods with problems too', async () => {
      expect((await problem(await fetch(server.url('/nothing/here')))).status).toBe(404);
      expect([404, 405]).toContain((await problem(await fetch(server.url('/whip/cam'), { method: 'PUT' }))).status);
    });
  });
});
