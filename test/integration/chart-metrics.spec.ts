import { Chart } from '../support/chart/chart.js';
import { describeWith } from '../support/tools.js';

const TOKEN_OF_METRICS = { name: 'aircheck-metrics', key: 'token' };

interface Endpoint {
  readonly relabelings: readonly { readonly targetLabel: string; readonly replacement: string }[];
  readonly authorization: { readonly credentials: { readonly name: string; readonly key: string } };
}

describeWith('helm')('the ServiceMonitor of the Helm chart', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  it.each<readonly [string, object, object]>([
    [
      'the first of two that are listed',
      { secrets: { AIRCHECK_AUTH_TOKENS: ['token-of-prometheus', 'token-of-a-person'] } },
      { token: 'token-of-prometheus' },
    ],
    [
      'the first of two in a text',
      { secrets: { AIRCHECK_AUTH_TOKENS: 'token-of-prometheus, token-of-a-person' } },
      { token: 'token-of-prometheus' },
    ],
    ['the one that was made', {}, { name: 'live-aircheck', key: 'AIRCHECK_AUTH_TOKENS' }],
    ['that of a Secret', { secretRefs: { AIRCHECK_AUTH_TOKENS: { name: 'a', key: 'k' } } }, { name: 'a', key: 'k' }],
    ['that of all settings', { existingSecret: 'e' }, { name: 'e', key: 'AIRCHECK_AUTH_TOKENS' }],
    [
      'its own, where others say who may',
      {
        settings: { AIRCHECK_AUTH_JWKS_URL: 'https://id.example.org/keys' },
        serviceMonitor: { token: TOKEN_OF_METRICS },
      },
      TOKEN_OF_METRICS,
    ],
  ])('gives Prometheus one token where metrics are private: %s', async (_which, { ...values }, expected) => {
    const { settings, serviceMonitor } = values as Readonly<Record<string, object>>;
    const objects = await chart.objects({
      ...values,
      settings: { ...settings, AIRCHECK_HTTP_METRICS_PUBLIC: false },
      serviceMonitor: { ...serviceMonitor, enabled: true },
    });
    const [endpoint] = objects.find(({ kind }) => kind === 'ServiceMonitor')?.spec?.['endpoints'] as readonly [
      Endpoint,
    ];
    const { name, key } = endpoint.authorization.credentials;
    const made = objects.find((one) => one.kind === 'Secret' && one.metadata.name === name)?.data?.[key];

    const isOwn = key === 'token' && name === 'live-aircheck-metrics';
    expect(isOwn ? { token: Buffer.from(made ?? '', 'base64').toString() } : { name, key }).toEqual(expected);
  });

  it.each([{}, { nameOverride: 'recorder' }])('names a job that all alerts ask for: %j', async (values) => {
    const enabled = { serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } };
    const objects = await chart.objects({ ...values, ...enabled });
    const specOf = (kind: string): unknown => objects.find((one) => one.kind === kind)?.spec;
    const { endpoints } = specOf('ServiceMonitor') as { readonly endpoints: readonly Endpoint[] };
    const job = endpoints[0]?.relabelings.find(({ targetLabel }) => targetLabel === 'job')?.replacement ?? '';
    const asked = [...JSON.stringify(specOf('PrometheusRule')).matchAll(/job=~\\"([^"\\]+)\\"/g)];

    expect(asked.length).toBeGreaterThan(2);
    expect(asked.filter(([, pattern = '']) => !new RegExp(`^(${pattern})$`).test(job))).toEqual([]);
  });
});
