import { PlaybackUrlsModule } from '../../src/modules/playback-urls/playback-urls.module.js';
import { RevokedTokens } from '../../src/modules/auth/tokens/revoked-tokens.js';
import { inSeconds, streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { IceModule } from '../../src/modules/ice/ice.module.js';
import { IceService } from '../../src/modules/ice/ice.service.js';
import { sessionInput, startIndex, type IndexFixture } from './support/index-fixture.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';

describe('what tokens are given', () => {
  let fixture: IndexFixture;

  beforeAll(async () => {
    const turn = { AIRCHECK_EXTRA_ICE_COTURN_URLS: 'turn:t.example', AIRCHECK_EXTRA_ICE_COTURN_SECRET: 'relayed' };
    fixture = await startIndex({ AIRCHECK_AUTH_SECRET: SECRET, ...turn }, {}, [
      PlaybackUrlsModule,
      IceModule,
      GraphqlModule,
    ]);
    await fixture.index.openSession(sessionInput({ id: 's1' }));
    await fixture.index.openSession(sessionInput({ id: 's2', stream: 'door', directory: 'door/2026/11/20' }));
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  it.each([
    ['s1', 200, undefined],
    ['s2', 404, 'recording-session-not-found'],
    ['nowhere', 404, 'recording-session-not-found'],
  ])('URLs are of sessions of the stream: %s', async (session, status, code) => {
    const authorization = `Bearer ${streamToken(SECRET, { id: '*', mode: 4 })}`;
    const response = await fetch(`${await fixture.app.getUrl()}/api/v1/playback-urls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ stream: 'cam', session }),
    });

    expect(response.status).toBe(status);
    expect(((await response.json()) as { code?: string }).code).toBe(code);
  });

  it('URLs are signed over GraphQL too, for who may play the stream back', async () => {
    const ask = async (id: string, input: string): Promise<unknown> => {
      const response = await fetch(`${await fixture.app.getUrl()}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${streamToken(SECRET, { id, mode: 4, exp: inSeconds(30) })}`,
        },
        body: JSON.stringify({ query: `mutation { createPlaybackUrls(input: ${input}) { dash hls mp4 expiresAt } }` }),
      });
      return response.json();
    };

    const { data } = (await ask('cam', '{ stream: "cam", session: "s1" }')) as {
      data: { createPlaybackUrls: { dash: string; mp4: string; expiresAt: string } };
    };
    const { dash, mp4, expiresAt } = data.createPlaybackUrls;

    expect(mp4).toMatch(/^\/signed\/[\w.-]+\/play\/cam\/clip\.mp4$/);
    expect(Date.parse(expiresAt)).toBeLessThanOrEqual(inSeconds(30) * 1000);
    const url = await fixture.app.getUrl();
    expect((await fetch(url + dash)).status).not.toBe(403);
    expect((await fetch(url + dash.replace('/play/cam/', '/play/door/'))).status).toBe(403);
    expect(await ask('door', '{ stream: "cam" }')).toMatchObject({
      errors: [{ extensions: { code: 'permission-denied' } }],
    });
    expect(await ask('*', '{ stream: "cam", session: "s2" }')).toMatchObject({
      errors: [{ extensions: { code: 'recording-session-not-found' } }],
    });
    expect(await ask('*', '{ stream: "cam", expiresInSeconds: 0 }')).toMatchObject({
      errors: [{ extensions: { code: 'input-invalid' } }],
    });
  });

  it.each([
    ['nobody', undefined, false],
    ['a token of nothing', { id: 'cam', mode: 0 }, false],
    ['who controls', { id: 'cam', mode: 1 }, false],
    ['who sends another stream', { id: 'door', mode: 2 }, false],
    ['who sends it', { id: 'cam', mode: 2 }, true],
    ['who watches it', { id: 'c*', mode: 4 }, true],
  ])('passwords of TURN servers are for those who send or watch the stream: %s', async (_who, claims, isGiven) => {
    const authorization = claims && `Bearer ${streamToken(SECRET, claims)}`;
    const links = await fixture.app.get(IceService).publicLinkHeaders('cam', { authorization, address: '192.0.2.7' });

    expect(links.some((link) => link.includes('credential='))).toBe(isGiven);
  });

  it('a wrong one is told so, a missing one is not', async () => {
    const ask = async (headers: Record<string, string>): Promise<string | null> =>
      (await fetch(`${await fixture.app.getUrl()}/api/v1/sessions`, { headers })).headers.get('www-authenticate');

    expect(await ask({ authorization: 'Bearer wrong' })).toBe('Bearer realm="aircheck", error="invalid_token"');
    expect(await ask({})).toBe('Bearer realm="aircheck"');
  });

  it('a token that is revoked while revoked ones are read stays so', async () => {
    const revoked = fixture.app.get(RevokedTokens);
    revoked.onApplicationShutdown();
    const { manager } = fixture.dataSource;
    const read = jest.spyOn(manager, 'find').mockImplementationOnce(async () => {
      await revoked.add('meanwhile', new Date(inSeconds(60) * 1000));
      return [];
    });

    await revoked.onApplicationBootstrap();
    revoked.onApplicationShutdown();
    read.mockRestore();

    expect(revoked.has('meanwhile')).toBe(true);
  });
});
