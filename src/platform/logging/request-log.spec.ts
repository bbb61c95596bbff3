import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeFailure, describeRequest, levelOf, requestId } from './request-log.js';

describe('the log line of a request', () => {
  const request = (url: string, headers: object = {}): IncomingMessage => ({ url, headers }) as IncomingMessage;
  const response = (statusCode: number): ServerResponse =>
    ({ statusCode, setHeader: () => undefined }) as unknown as ServerResponse;

  it('has no query and no headers: either may carry a token', () => {
    expect(describeRequest({ id: 1, method: 'GET', url: '/player?token=secret', remoteAddress: '::1' })).toEqual({
      id: 1,
      method: 'GET',
      url: '/player',
      remoteAddress: '::1',
    });
  });

  it('hides the token of a signed URL', () => {
    const url = '/signed/eyJhbGciOi.mac/play/cam/index.m3u8?x';

    expect(describeRequest({ url })).toMatchObject({ url: '/signed/(hidden)/play/cam/index.m3u8' });
  });

  it.each([
    '//signed/eyJhbGciOi.mac/play/cam/index.m3u8',
    'http://recorder.example/signed/eyJhbGciOi.mac/play/cam/index.m3u8',
    '/signed//eyJhbGciOi.mac/play/cam/index.m3u8',
    '/x/eyJhbGciOiJIUzI1NiJ9.eyJhbGciOiJIUzI1NiJ9eyJhbGciOi.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    '/sign%65d/eyJhbGciOiJIUzI1NiJ9.dBjftJeZ4CVP-mB92K27uh/play/cam/index.m3u8',
  ])('hides a token in %s', (url) => {
    const { url: shown } = describeRequest({ url });

    expect(shown).toContain('(hidden)');
    expect(shown).not.toContain('eyJhbGciOi');
    expect(shown).not.toContain('dBjft');
  });

  it('shows the key of an object', () => {
    const url = '/api/record/object/cam/2026/11/20/v1-00000000001.0123456789ab.m4s';

    expect(describeRequest({ url })).toMatchObject({ url });
  });

  it.each([
    ['/livez?x', 200, 'debug'],
    ['/readyz', 503, 'debug'],
    ['/api/playback', 200, 'info'],
    ['/api/playback', 404, 'info'],
    ['/api/playback', 500, 'error'],
    ['/livez', 500, 'error'],
    ['/whip/cam', 507, 'info'],
  ])('of %s with %s is at level %s', (url, status, level) => {
    expect(levelOf(request(url), response(status))).toBe(level);
  });

  it('has no stack of an error that the logger made up', () => {
    const error = new Error('failed with status code 507');

    expect(describeFailure(request('/'), response(507), error, { err: error, responseTime: 3 })).toEqual({
      responseTime: 3,
    });
  });

  it('has the error of a connection that broke', () => {
    const error = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

    expect(describeFailure(request('/'), response(200), error, { err: error })).toEqual({ err: error });
  });

  it('keeps the id that a proxy gave', () => {
    expect(requestId(request('/', { 'x-request-id': 'edge-7' }), response(200))).toBe('edge-7');
  });

  it.each(['', 'a b', 'x'.repeat(65), 'a\nb'])('does not take %j for an id', (id) => {
    expect(requestId(request('/', { 'x-request-id': id }), response(200))).toMatch(/^[0-9a-f-]{36}$/);
  });
});
