import { loadConfig } from '../../src/config/index.js';
import { Chart } from '../support/chart/chart.js';
import { TIME_ZONE } from '../support/chart/time-zone-names.js';
import { describeWith } from '../support/tools.js';

/** Of the same kinds as those that are refused below, and right. */
const RIGHT = {
  settings: {
    AIRCHECK_HTTP_PUBLIC_URL: 'https://rec.example.org',
    AIRCHECK_HTTP_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,,fd00::/8',
    AIRCHECK_HTTP_CORS_ORIGINS: ['https://a.example.org', 'http://localhost:8080'],
    AIRCHECK_AUTH_JWKS_URL: '',
    AIRCHECK_RECORDER_TIME_ZONE: 'America/Argentina/Buenos_Aires',
    AIRCHECK_WEBRTC_STUN_SERVERS: 'stun:stun.example.org:3478, STUN:[2001:db8::5]',
    AIRCHECK_WEBRTC_LISTEN_ADDRESSES: ['0.0.0.0', '::'],
    AIRCHECK_EXTRA_ICE_COTURN_URLS: ['turn:turn.example.org:3478?transport=udp', 'turns:[2001:db8::5]'],
    AIRCHECK_CASCADE_ALLOWED_NETWORKS: ['10.0.0.0/8', 'fd00::/8'],
    AIRCHECK_TRACING_URL: 'http://tempo:4318/v1/traces?to=a@b',
    AIRCHECK_RETENTION_RULES: '[{"streams":"cam-*","max_age_hours":24,"max_bytes":9007199254740991}]',
    AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
    AIRCHECK_RECORDER_STORAGE_BUCKET: 'recordings',
    AIRCHECK_RECORDER_STORAGE_ENDPOINT: 'http://minio:9000/',
    AIRCHECK_HTTP_METRICS_PUBLIC: 'false',
  },
  secrets: {
    AIRCHECK_AUTH_TOKENS: 'Zq7-first-of-two-tokens, Xw4-second-of-two-tokens',
    AIRCHECK_AUTH_SECRET: 'Kd8-a-key-of-tokens-with-32-byte',
    AIRCHECK_EXTRA_ICE_COTURN_SECRET: 'Bv3-of-16-letter',
    AIRCHECK_EXTRA_ICE_ICE_SERVERS: '[{"urls":["stun:stun.example.org"]}]',
    AIRCHECK_WEBHOOKS_TARGETS: '[{"url":"https://example.org/hook","secret":"Nf5-of-the-webhook"}]',
    AIRCHECK_STREAM: '{"cam":{"on_demand":true},"Error":{}}',
  },
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
  [{ settings: { AIRCHECK_AUTH_JWKS_URL: 'http://id.example.org/keys' } }, '/settings/AIRCHECK_AUTH_JWKS_URL'],
  ...['Europe Berlin', 'Berlin', 'Eurpe/Berlin', 'UTC+2', 'Europe/'].map(
    (zone) => [{ settings: { AIRCHECK_RECORDER_TIME_ZONE: zone } }, '/settings/AIRCHECK_RECORDER_TIME_ZONE'] as const,
  ),
  ...['stun.example.org', 'stun:a:99999', 'turn:a:3478'].map(
    (url) => [{ settings: { AIRCHECK_WEBRTC_STUN_SERVERS: url } }, '/settings/AIRCHECK_WEBRTC_STUN_SERVERS'] as const,
  ),
  [{ settings: { AIRCHECK_WEBRTC_LISTEN_ADDRESSES: ['eth0'] } }, '/settings/AIRCHECK_WEBRTC_LISTEN_ADDRESSES/0'],
  [{ settings: { AIRCHECK_EXTRA_ICE_COTURN_URLS: 'turn.example.org' } }, '/settings/AIRCHECK_EXTRA_ICE_COTURN_URLS'],
  [{ settings: { AIRCHECK_CASCADE_ALLOWED_NETWORKS: '10/8' } }, '/settings/AIRCHECK_CASCADE_ALLOWED_NETWORKS'],
  [{ settings: { AIRCHECK_WEBHOOKS_ALLOWED_NETWORKS: 'lan' } }, '/settings/AIRCHECK_WEBHOOKS_ALLOWED_NETWORKS'],
  [{ settings: { AIRCHECK_TRACING_URL: 'tempo:4318' } }, '/settings/AIRCHECK_TRACING_URL'],
  ...['cam-*', '{"streams":"a"}', '[3]', '[{"max_bytes":1}]', '[{"streams":"a","days":1}]'].map(
    (rules) => [{ settings: { AIRCHECK_RETENTION_RULES: rules } }, 'settings.AIRCHECK_RETENTION_RULES'] as const,
  ),
  [{ settings: { AIRCHECK_RETENTION_RULES: '[{"streams":"a","max_bytes":1.5}]' } }, 'max_bytes of rule 0'],
  [
    { settings: { AIRCHECK_AUTH_MODE: 'none' }, secrets: { AIRCHECK_AUTH_TOKENS: 'Zq7-first-of-two-tokens' } },
    'settings.AIRCHECK_AUTH_MODE: none does not go with AIRCHECK_AUTH_TOKENS',
  ],
  ...['STORAGE', 'BACKUP_STORAGE'].flatMap((table) =>
    [
      ['s3', 'of recordings'],
      ['s3', 're'],
      ['s3', '_recordings'],
      ['s3', 'rec..ordings'],
      ['oss', 'Recordings'],
      ['oss', 'rec.ordings'],
    ].map(
      ([type, bucket]) =>
        [
          { settings: { [`AIRCHECK_RECORDER_${table}_TYPE`]: type, [`AIRCHECK_RECORDER_${table}_BUCKET`]: bucket } },
          `AIRCHECK_RECORDER_${table}_BUCKET`,
        ] as const,
    ),
  ),
  [{ settings: { AIRCHECK_RECORDER_STORAGE_REGION: 'eu central' } }, '/settings/AIRCHECK_RECORDER_STORAGE_REGION'],
  [{ settings: { AIRCHECK_HTTP_METRICS_PUBLIC: 'no' } }, '/settings/AIRCHECK_HTTP_METRICS_PUBLIC'],
  [{ resources: { limits: { memry: '1Gi' } } }, 'memry'],
  [{ resources: { requests: { processors: 2 } } }, 'processors'],
  [{ extraEnv: [{ name: 'AIRCHECK_FOO', value: 'a' }] }, '/extraEnv/0/name'],
  [{ extraVolumeMounts: [{ name: 'ca', mountPath: '/etc/ca' }] }, 'extraVolumeMounts: ca'],
];

/** Where the address of the database may not come from, with what is said of it. */
const FROM_A_SECRET = { valueFrom: { secretKeyRef: { name: 'postgres-app', key: 'uri' } } };
const POSTGRES_ELSEWHERE = { database: 'postgres', existingSecret: 'aircheck' };
const DATABASES_BESIDE: readonly (readonly [object, string])[] = [
  ...['AIRCHECK_DATABASE_URL', 'DATABASE_URL'].flatMap((name): [object, string][] => [
    [{ extraEnv: [{ name, value: 'postgres://a:b@c/d' }] }, `extraEnv: ${name} is no value with sqlite: in front`],
    [{ extraEnv: [{ name, ...FROM_A_SECRET }] }, `extraEnv: ${name} is no value with sqlite: in front`],
    [{ ...POSTGRES_ELSEWHERE, extraEnv: [{ name, ...FROM_A_SECRET }] }, `extraEnv: ${name}: with database: postgres`],
    [
      { ...POSTGRES_ELSEWHERE, extraEnv: [{ name, value: 'sqlite://a' }] },
      `extraEnv: ${name}: with database: postgres`,
    ],
  ]),
  [
    {
      extraEnv: [
        { name: 'TZ', value: 'UTC' },
        { name: 'AIRCHECK_AUTH_SECRET', value: 'a' },
      ],
      secretRefs: { AIRCHECK_AUTH_SECRET: { name: 'a', key: 'b' } },
    },
    'extraEnv: AIRCHECK_AUTH_SECRET is in secretRefs, too',
  ],
];

/** The same of what may be secret, which the refusal must not show. */
const SECRET = 'a-secret';
const WRONG_SECRETS: readonly (readonly [object, string])[] = [
  [{ secrets: { AIRCHECK_AUTH_TOKENS: 'a-secret-of-15-' } }, 'secrets.AIRCHECK_AUTH_TOKENS'],
  [{ secrets: { AIRCHECK_AUTH_SECRET: `${SECRET}-of-31-bytes-of-anybody` } }, 'secrets.AIRCHECK_AUTH_SECRET'],
  [{ secrets: { AIRCHECK_EXTRA_ICE_COTURN_SECRET: SECRET } }, 'secrets.AIRCHECK_EXTRA_ICE_COTURN_SECRET'],
  [{ secrets: { AIRCHECK_RECORDER_UPLOAD_LIVEMAN_TOKEN: `${SECRET} b` } }, 'secrets.AIRCHECK_RECORDER_UPLOAD_LIVEMAN'],
  ...['SECRET_ACCESS_KEY', 'SESSION_TOKEN', 'ACCESS_KEY_SECRET', 'SECURITY_TOKEN'].map(
    (name) =>
      [
        { secrets: { [`AIRCHECK_RECORDER_STORAGE_${name}`]: `${SECRET} b` } },
        `secrets.AIRCHECK_RECORDER_STORAGE_${name} has characters`,
      ] as const,
  ),
  ...['AUTH_ACCOUNTS', 'WEBHOOKS_TARGETS', 'ICE_SERVERS', 'EXTRA_ICE_ICE_SERVERS', 'STREAM'].map(
    (name) => [{ secrets: { [`AIRCHECK_${name}`]: `["${SECRET}"]` } }, `secrets.AIRCHECK_${name} is no JSON`] as const,
  ),
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

describe('names of time zones', () => {
  it('look as those do that the server knows', () => {
    const known = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/GMT+5', 'US/Eastern', 'EST5EDT', 'europe/berlin'];
    const pattern = new RegExp(`^${TIME_ZONE}$`);

    expect(known.length).toBeGreaterThan(400);
    expect(known.filter((name) => !pattern.test(name))).toEqual([]);
  });
});

describeWith('helm')('what values of the chart look like', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  it.each([...WRONG, ...DATABASES_BESIDE])('refuses %j and says %s', async (values, name) => {
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
    const secrets = Object.entries(objects.find(({ kind }) => kind === 'Secret')?.data ?? {});
    const plain = secrets.map(([name, value]) => [name, Buffer.from(value, 'base64').toString()] as const);
    const env = { ...settings, ...Object.fromEntries(plain) };
    const { config } = loadConfig({ env, cwd: '/nowhere' });

    expect(config.http.trusted_proxies).toEqual(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
    expect(config.http.metrics_public).toBe(false);
    expect(config.http.cors_origins).toEqual(RIGHT.settings.AIRCHECK_HTTP_CORS_ORIGINS);
    expect(config.recorder.time_zone).toBe(RIGHT.settings.AIRCHECK_RECORDER_TIME_ZONE);
    expect(config.webrtc.stun_servers).toHaveLength(2);
    expect(config.retention.rules).toMatchObject([{ streams: 'cam-*', max_age_hours: 24 }]);
    expect(config.auth.tokens).toEqual(RIGHT.secrets.AIRCHECK_AUTH_TOKENS.split(', '));
    expect(objects.map(({ kind }) => kind)).toContain('StatefulSet');
  });
});
