import { NO_ORIGIN } from '../auth/ports/origin.js';
import type { PlaybackGrant } from './playback-grant.js';
import { SignedUrlScopeError } from './playback-urls.errors.js';
import { parseSignedPath, targetOf, type SignedPath } from './signed-path.js';

const of = (url: string): SignedPath => parseSignedPath(url) ?? { token: '', path: '', query: '' };
const whole: PlaybackGrant = { stream: 'Studio 1', selection: {}, expiresAt: 0, origin: NO_ORIGIN };
const session: PlaybackGrant = { ...whole, selection: { session: 's1' } };

describe('a signed path', () => {
  it('leads to what stands behind its token', () => {
    expect(of('/signed/abc.def/play/Studio%201/index.m3u8?dvr=60')).toEqual({
      token: 'abc.def',
      path: '/play/Studio%201/index.m3u8',
      query: 'dvr=60',
    });
    expect(targetOf(of('/signed/t/play/Studio%201/index.m3u8?dvr=60'), whole).url).toBe(
      '/play/Studio%201/index.m3u8?dvr=60',
    );
    expect(targetOf(of('/signed/t/api/record/object/a/b%20c/seg_0001.m4s'), session)).toEqual({
      type: 'object',
      url: '/api/record/object/a/b%20c/seg_0001.m4s',
      key: 'a/b%20c/seg_0001.m4s',
    });
  });

  it('shows the part that was granted, whatever is asked for', () => {
    const ask = '/signed/t/play/Studio%201/clip.mp4?session=s2&gaps=close&from=2026-11-20T12:00:00Z&dvr=90';

    expect(targetOf(of(ask), session).url).toBe('/play/Studio%201/clip.mp4?gaps=close&session=s1');
  });

  it('shows pictures of the part that was granted, at the time that their name says', () => {
    const ask = '/signed/t/play/Studio%201/tiles-2-1795176000000.jpg?session=s2';

    expect(targetOf(of(ask), session).url).toBe('/play/Studio%201/tiles-2-1795176000000.jpg?session=s1');
  });

  it('of an export leads to its file and nowhere else, and no other leads there', () => {
    const ofExport: PlaybackGrant = { ...whole, exportId: 'e 1' };
    const leads = (path: string, grant: PlaybackGrant): unknown => targetOf(of(`/signed/t${path}`), grant);

    expect(leads('/api/v1/exports/e%201/file', ofExport)).toEqual({
      type: 'export',
      url: '/api/v1/exports/e%201/file',
    });
    for (const path of ['/play/Studio%201/index.m3u8', '/api/record/object/a/b.m4s', '/api/v1/exports/e%201']) {
      expect(() => leads(path, ofExport)).toThrow(SignedUrlScopeError);
    }
    expect(() => leads('/api/v1/exports/e2/file', ofExport)).toThrow(SignedUrlScopeError);
    for (const grant of [whole, session]) {
      expect(() => leads('/api/v1/exports/e%201/file', grant)).toThrow(SignedUrlScopeError);
    }
  });

  it('leads to the playlists that an index names, in the places that it names', () => {
    const view = targetOf(of('/signed/t/play/Studio%201/video.m3u8?session=s1&places=1795000000'), session);
    const object = targetOf(of('/signed/t/api/record/object/a/video.m3u8?places=1795000000'), session);

    expect(Object.fromEntries(new URL(view.url, 'http://a').searchParams)).toEqual({
      session: 's1',
      places: '1795000000',
    });
    expect(object).toEqual({
      type: 'object',
      url: '/api/record/object/a/video.m3u8?places=1795000000',
      key: 'a/video.m3u8',
    });
  });

  it.each([
    '/play/other/index.m3u8',
    '/play/studio%201/index.m3u8',
    '/PLAY/Studio%201/index.m3u8',
    '/play/Studio%201/../other/index.m3u8',
    '/play/Studio%201%2f..%2fother/index.m3u8',
    '/play/%zz/index.m3u8',
    '/api/streams',
    '/api/v1/sessions',
    '/api/record/object/',
    '/signed/t/play/Studio%201/index.m3u8',
    '//api/record/object/a',
  ])('does not lead to %s', (path) => {
    expect(() => targetOf(of(`/signed/t${path}`), whole)).toThrow(SignedUrlScopeError);
  });

  it.each(['/play/cam/index.m3u8', '/signed', '/signed/', '/signed/t', '/x/signed/t/play/cam/index.m3u8'])(
    'is not %s',
    (url) => {
      expect(parseSignedPath(url)).toBeUndefined();
    },
  );
});
