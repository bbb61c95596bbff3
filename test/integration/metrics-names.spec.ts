import { Gauge, Registry } from 'prom-client';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { MetricsModule } from '../../src/platform/metrics/metrics.module.js';
import { startIndex, type IndexFixture } from './support/index-fixture.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const STREAM = 'a "secret} stream';

describe('metrics that everyone may read', () => {
  let fixture: IndexFixture | undefined;

  afterEach(() => fixture?.[Symbol.asyncDispose]());

  async function started(env: Record<string, string>): Promise<(token?: string) => Promise<string>> {
    fixture = await startIndex(env, {}, [AuthModule, MetricsModule]);
    const registers = [fixture.app.get(Registry, { strict: false })];
    new Gauge({ name: 'age', help: 'a', labelNames: ['kind', 'stream'], registers }).set(
      { kind: 'x', stream: STREAM },
      1,
    );
    new Gauge({ name: 'age_max', help: 'b', registers }).set(1);
    const url = `${await fixture.app.getUrl()}/metrics`;
    return async (token) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await fetch(url, { headers });
      expect(answer.status).toBe(200);
      return answer.text();
    };
  }

  it('name no stream to who has no token, or one of single streams, and are the same else', async () => {
    const read = await started({ AIRCHECK_AUTH_SECRET: SECRET });
    const strangers = [await read(), await read('wrong'), await read(streamToken(SECRET, { id: 'cam', mode: 7 }))];
    const known = [
      await read(streamToken(SECRET, { id: '*', mode: 4 })),
      await read(streamToken(SECRET, { id: '*', mode: 1 })),
    ];

    for (const text of strangers) {
      expect(text).not.toContain('secret');
      expect(text).toMatch(/^age_max 1$/m);
      expect(text).toMatch(/^process_start_time_seconds /m);
    }
    for (const text of known) expect(text).toContain('age{kind="x",stream="a \\"secret} stream"} 1');
  });

  it('name them to everyone where nobody needs a token', async () => {
    const read = await started({});

    expect(await read()).toContain('stream="a \\"secret} stream"');
  });
});
