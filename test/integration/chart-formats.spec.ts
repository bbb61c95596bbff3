import { loadConfig } from '../../src/config/index.js';
import { Chart } from '../support/chart/chart.js';
import { describeWith } from '../support/tools.js';

/** Of the same kinds as those that are refused below, and right. */
const RIGHT = {
  settings: {
    AIRCHECK_HTTP_PUBLIC_URL: 'https://rec.example.org',
    AIRCHECK_HTTP_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,,fd00::/8',
    AIRCHECK_HTTP_CORS_ORIGINS: ['https://a.example.org', 'http://localhost:8080'],
    AIRCHECK_AUTH_JWKS_URL: '',
    AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
    AIRCHECK_RECORDER_STORAGE_BUCKET: 'recordings',
    AIRCHECK_RECORDER_STORAGE_ENDPOINT: 'http://minio:9000/',
  },
  secrets: { AIRCHECK_AUTH_TOKENS: 'Zq7-first-of-two-tokens, Xw4-second-of-two-tokens' },
  resources: { limits: { cpu: 2, memory: '4Gi', 'ephemeral-storage': '1Gi', 'hugepages-2Mi': '64Mi', 'a.b/nic': 1 } },
  extraEnv: [
    { name: 'AIRCHECK_LOG_LEVEL', value: 'debug' },
    { name: 'AIRCHECK_DATABASE_URL', value: 'sqlite:///var/lib/aircheck/data/other.db' },
  ],
  extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
  extraVolumeMounts: [
    { name: 'ca', mountPath: '/etc/ca' },
    { name: 'data', mountPath: '/srv' },
  ],
};

/** Values that the server or Kubernetes would refuse, and the name that the refusal must have. */
const WRONG: readonly (readonly [object, string])[] = [
  [{ settings: { AIRCHECK_HTTP_PUBLIC_URL: 'foo' } }, '/settings/AIRCHECK_HTTP_PUBLIC_URL'],
  [{ settings: { AIRCHECK_HTTP_TRUSTED_PROXIES: 'foo' } }, '/settings/AIRCHECK_HTTP_TRUSTED_PROXIES'],
  [{ settings: { AIRCHECK_HTTP_TRUSTED_PROXIES: ['10.0.0.0/33'] } }, '/settings/AIRCHECK_HTTP_TRUSTED_PROXIES/0'],
  [{ settings: { AIRCHECK_HTTP_CORS_ORIGINS: 'example.org' } }, '/settings/AIRCHECK_HTTP_CORS_ORIGINS'],
  [{ settings: { AIRCHECK_AUTH_JWKS_URL: 'id.example.org' } }, '/settings/AIRCHECK_AUTH_JWKS_URL'],
  [{ resources: { limits: { memry: '1Gi' } } }, 'memry'],
  [{ resources: { requests: { processors: 2 } } }, 'processors'],
  [{ extraEnv: [{ name: 'AIRCHECK_FOO', value: 'a' }] }, '/extraEnv/0/name'],
  [
    { extraEnv: [{ name: 'AIRCHECK_DATABASE_URL', value: 'postgres://a:b@c/d' }] },
    'extraEnv: AIRCHECK_DATABASE_URL needs database: postgres',
  ],
  [{ extraVolumeMounts: [{ name: 'ca', mountPath: '/etc/ca' }] }, 'extraVolumeMounts: ca'],
];

/** The same of what may be secret, which the refusal must not show. */
const SECRET = 'a-secret';
const WRONG_SECRETS: readonly (readonly [object, string])[] = [
  [{ secrets: { AIRCHECK_AUTH_TOKENS: 'short' } }, 'secrets.AIRCHECK_AUTH_TOKENS'],
  [{ secrets: { AIRCHECK_AUTH_TOKENS: `${SECRET}-of-somebody,short` } }, 'secrets.AIRCHECK_AUTH_TOKENS'],
  [{ secrets: { AIRCHECK_AUTH_TOKENS: [`${SECRET}-of-somebody`, 'short'] } }, 'secrets.AIRCHECK_AUTH_TOKENS'],
  [
    { database: 'postgres', secrets: { AIRCHECK_DATABASE_URL: `mysql://a:${SECRET}@b/c` } },
    'secrets.AIRCHECK_DATABASE_URL',
  ],
  ...['minio:9000', `http://a:${SECRET}@minio:9000`].map(
    (url) =>
      [
        { settings: { AIRCHECK_RECORDER_STORAGE_ENDPOINT: url } },
        'settings.AIRCHECK_RECORDER_STORAGE_ENDPOINT',
      ] as const,
  ),
];

describeWith('helm')('what values of the chart look like', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  it.each(WRONG)('refuses %j and says %s', async (values, name) => {
    const { exitCode, output } = await chart.template(values);

    expect(exitCode).not.toBe(0);
    expect(output).toContain(name);
  });

  it.each(WRONG_SECRETS)('refuses %j, says %s and shows no secret', async (values, name) => {
    const { exitCode, output } = await chart.template(values);

    expect(exitCode).not.toBe(0);
    expect(output).toContain(name);
    expect(output).not.toContain(SECRET);
  });

  it('takes what looks as it should, and gives it to the server', async () => {
    const objects = await chart.objects(RIGHT);
    const settings = objects.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const { AIRCHECK_AUTH_TOKENS: tokens = '' } = objects.find(({ kind }) => kind === 'Secret')?.data ?? {};
    const env = { ...settings, AIRCHECK_AUTH_TOKENS: Buffer.from(tokens, 'base64').toString() };
    const { config } = loadConfig({ env, cwd: '/nowhere' });

    expect(config.http.trusted_proxies).toEqual(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
    expect(config.http.cors_origins).toEqual(RIGHT.settings.AIRCHECK_HTTP_CORS_ORIGINS);
    expect(config.auth.tokens).toEqual(RIGHT.secrets.AIRCHECK_AUTH_TOKENS.split(', '));
    expect(objects.map(({ kind }) => kind)).toContain('StatefulSet');
  });
});
