import { Chart } from '../support/chart/chart.js';
import { MATRIX } from '../support/chart/matrix.js';
import { describeWith } from '../support/tools.js';

const EVERYTHING = MATRIX.at(-1)?.[1] ?? {};
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const WRONG_KEY = 'a b';

/** Tables whose keys Kubernetes has rules for. */
const KEYED: readonly (readonly [string, object])[] = [
  ...['podAnnotations', 'annotations', 'podLabels', 'nodeSelector'].map(
    (name) => [`/${name}`, { [name]: { [WRONG_KEY]: 'c' } }] as const,
  ),
  ['/media/serviceAnnotations', { media: { serviceAnnotations: { [WRONG_KEY]: 'c' } } }],
  ['/serviceMonitor/labels', { serviceMonitor: { labels: { [WRONG_KEY]: 'c' } } }],
  [
    `/affinity/podAffinity/${REQUIRED}/0/labelSelector/matchLabels`,
    {
      affinity: {
        podAffinity: {
          [REQUIRED]: [{ topologyKey: 'zone', labelSelector: { matchLabels: { [WRONG_KEY]: 'c' } } }],
        },
      },
    },
  ],
];

/** Names that YAML would take for a number, a truth or an instant. */
const LIKE_NUMBERS = {
  existingSecret: '1e3',
  priorityClassName: '0x10',
  persistence: { storageClassName: 'on' },
  serviceAccount: { create: false, name: '12' },
  serviceMonitor: { enabled: true, interval: '0' },
  ingress: { enabled: true, className: 'yes', hosts: ['*.example.org', '1.5'] },
  autoscaling: { enabled: true, metric: 'null' },
};

const TEXTS: readonly (readonly [object, string?])[] = [
  [{ ...EVERYTHING, fullnameOverride: 'on' }],
  [{ ...EVERYTHING, nameOverride: '007' }],
  [{ ...EVERYTHING, fullnameOverride: 'null' }, '20260101'],
  [{ ...EVERYTHING, secretRefs: { AIRCHECK_DATABASE_URL: { name: '007', key: '1' } } }],
  [{ ...EVERYTHING, ...LIKE_NUMBERS }],
];

describeWith(
  'helm',
  'kubeconform',
  'kubernetes-schemas',
)('names in the Helm chart', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  // Several times: a validator that takes any of the wrong places is right now and then.
  it.each(KEYED)('are refused at %s, with the key', async (place, values) => {
    for (let run = 0; run < 3; run++) {
      const { exitCode, output } = await chart.template(values);

      expect(exitCode).not.toBe(0);
      expect(output).toContain(`at '${place}'`);
      expect(output).toContain(`'${WRONG_KEY}'`);
    }
  });

  it('stay texts that look like numbers, truths and dates', async () => {
    for (const [values, release] of TEXTS) {
      expect((await chart.objects(values, [], release)).length).toBeGreaterThan(5);
    }
    const { exitCode, output } = await chart.conform();

    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  });

  it('are short enough for what is put behind them', async () => {
    const objects = await chart.objects({ nameOverride: 'a'.repeat(63) });
    const selector = { matchLabels: { 'app.kubernetes.io/name': 'a'.repeat(40) } };

    expect(objects.find(({ kind }) => kind === 'StatefulSet')?.spec).toMatchObject({ selector });
  });

  it.each([
    [{}, '20260101'],
    [{}, 'live.eu'],
    [{ fullnameOverride: '1-a' }, 'live'],
  ])('are refused where no Service could have them: %j %s', async (values, release) => {
    const { exitCode, output } = await chart.template(values, [], release);

    expect(exitCode).not.toBe(0);
    expect(output).toContain('fullnameOverride: objects would be called');
  });
});
