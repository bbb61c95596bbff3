import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { Chart, type KubernetesObject } from '../support/chart/chart.js';
import {
  CONTAINER,
  MIGRATE,
  MIGRATING,
  NAME,
  OUTSIDE,
  POD,
  PODS,
  SCALED,
  SETS,
  type Table,
} from '../support/chart/passed-on.js';
import { describeWith } from '../support/tools.js';

const chartFile = (name: string): Table =>
  parse(readFileSync(resolve(__dirname, '../../helm/aircheck', name), 'utf8')) as Table;
const DEFAULTS = chartFile('values.yaml');
const { appVersion } = chartFile('Chart.yaml') as { readonly appVersion: string };

/** Values with more to them than a row can say, and the spec that holds them. */
const ELSEWHERE: Readonly<Record<string, string>> = { 'ingress.sticky': 'chart.spec.ts' };

/** What no value says, in the objects of `PODS`. */
const ALWAYS: readonly (readonly [object: string, place: string, expected: unknown])[] = [
  ['StatefulSet', 'spec/podManagementPolicy', 'Parallel'],
  ['StatefulSet', 'spec/updateStrategy', { type: 'RollingUpdate' }],
  ...(['StatefulSet', `Job/${MIGRATE}`] as const).map(
    (object) =>
      [
        object,
        `${POD}/securityContext`,
        {
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          fsGroup: 1000,
          fsGroupChangePolicy: 'OnRootMismatch',
          seccompProfile: { type: 'RuntimeDefault' },
        },
      ] as const,
  ),
  [`Job/${MIGRATE}`, 'spec/backoffLimit', 3],
  [`Job/${MIGRATE}`, `${POD}/containers/1`, undefined],
  [`Job/${MIGRATE}`, `${POD}/restartPolicy`, 'Never'],
  [`Job/${MIGRATE}`, `${POD}/automountServiceAccountToken`, false],
  [`Job/${MIGRATE}`, `${MIGRATING}/args`, ['migrate']],
  ...[`Job/${MIGRATE}`, `Secret/${MIGRATE}`].flatMap(
    (object) =>
      [
        [object, 'metadata/annotations/helm.sh~hook', 'pre-install,pre-upgrade'],
        [object, 'metadata/annotations/helm.sh~hook-delete-policy', 'before-hook-creation,hook-succeeded'],
      ] as const,
  ),
];

const RELEASE = 'kubectl --namespace default';
/** Commands and addresses of the notes, each a line of them. */
const NOTES: readonly (readonly [string, Table, readonly string[]])[] = [
  [
    'the defaults',
    {},
    [
      `${RELEASE} rollout status statefulset/${NAME}`,
      `${RELEASE} exec ${NAME}-0 -- node /opt/aircheck/dist/main.js doctor`,
      `${RELEASE} get secret ${NAME} --output jsonpath='{.data.AIRCHECK_AUTH_TOKENS}' | base64 --decode`,
      `${RELEASE} port-forward service/${NAME} 7777:7777`,
    ],
  ],
  ['a port of the Service', { service: { port: 80 } }, [`${RELEASE} port-forward service/${NAME} 7777:80`]],
  ['hosts of the ingress', OUTSIDE, ['https://rec.example.org/', 'https://live.example.org/']],
  [
    'the network of the node',
    { media: { exposure: 'hostNetwork', port: 7800 } },
    [
      'kubectl label namespace default pod-security.kubernetes.io/enforce=privileged',
      'open UDP 7800 to 7801 of the nodes in their firewall or security group.',
    ],
  ],
  [
    'other NodePorts',
    { media: { nodePort: { prefix: '31', suffix: '50' } } },
    ['open UDP 31050 to 31051 of the nodes in their firewall or security group (pod 1: 31150, and so on).'],
  ],
];

/** What is at a place; of a list by the name or the number of the element, and `~` stands for a slash. */
function at(object: unknown, place: string): unknown {
  const steps = place === '' ? [] : place.split('/').map((step) => step.replace('~', '/'));
  return steps.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return inner.find((one: Table | string) => isNamed(one, step)) ?? inner[Number(step)];
    return (inner as Table | undefined)?.[step];
  }, object);
}

const isNamed = (one: Table | string, name: string): boolean => typeof one === 'object' && one['name'] === name;

function find(objects: readonly KubernetesObject[], object: string): KubernetesObject | undefined {
  const [kind, name = NAME] = object.split('/');
  const found = objects.filter((one) => one.kind === kind && one.metadata.name === name);
  expect(found.length).toBeLessThan(2);
  return found[0];
}

const valueAt = (values: Table, path: string): unknown => at(values, path.replaceAll('.', '/'));

/** Paths of all values that hold no others, and of those whose row says all that is in them. */
function leaves(values: Table, inRows: ReadonlySet<string>, prefix = ''): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
    const isLeaf = !isTable || Object.keys(value).length === 0 || inRows.has(path);
    return isLeaf ? [path] : leaves(value as Table, inRows, `${path}.`);
  });
}

describe('values of the chart that are passed on', () => {
  const inRows = SETS.flatMap(([, , rows]) => rows.map(([value]) => value));

  it('are all those of values.yaml, each in a row here or in a spec that is named', () => {
    const expected = [...new Set([...inRows, ...Object.keys(ELSEWHERE)])].sort();

    expect(leaves(DEFAULTS, new Set(inRows)).sort()).toEqual(expected);
  });

  it.each(Object.entries(ELSEWHERE))('are in the spec that is named: %s in %s', (path, spec) => {
    const text = readFileSync(resolve(__dirname, spec), 'utf8');

    expect(text).toContain(`${path.slice(path.lastIndexOf('.') + 1)}: false`);
  });

  it.each(SETS)('are set to something else than by default: of %s', (_what, values, rows) => {
    const unchanged = rows.filter(([path]) => {
      const value = valueAt(values, path);
      return value === undefined || JSON.stringify(value) === JSON.stringify(valueAt(DEFAULTS, path));
    });

    expect(unchanged).toEqual([]);
  });
});

describeWith('helm')('the chart', () => {
  let chart: Chart;
  let byDefault: readonly KubernetesObject[];
  beforeAll(async () => {
    chart = await Chart.open();
    byDefault = await chart.objects({});
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  describe.each(SETS)('by values of %s', (_what, values, rows) => {
    let objects: readonly KubernetesObject[];
    beforeAll(async () => {
      objects = await chart.objects(values);
    });

    it.each(rows)('passes %s on to %s at %s', (_path, object, place, expected) => {
      expect(at(find(objects, object), place)).toEqual(expected);
      expect(at(find(byDefault, object), place)).not.toEqual(expected);
    });
  });

  describe('by no value of its own', () => {
    let objects: readonly KubernetesObject[];
    beforeAll(async () => {
      objects = await chart.objects(PODS);
    });

    it.each(ALWAYS)('decides of %s what is at %s', (object, place, expected) => {
      expect(at(find(objects, object), place)).toEqual(expected);
    });

    it('has the URL in a Secret before the Job that reads it', () => {
      const weightOf = (object: string): number =>
        Number(at(find(objects, object), 'metadata/annotations/helm.sh~hook-weight'));

      expect(weightOf(`Secret/${MIGRATE}`)).toBeLessThan(weightOf(`Job/${MIGRATE}`));
    });

    it('has the image of this version', () => {
      expect(at(find(byDefault, 'StatefulSet'), `${CONTAINER}/image`)).toBe(`ghcr.io/aircheck/aircheck:${appVersion}`);
    });
  });

  it('has a Service of media for each pod that there may be, and no more', async () => {
    const names = (await chart.objects(SCALED)).map(({ metadata }) => metadata.name);

    expect(names.filter((name) => name.startsWith(`${NAME}-media-`))).toHaveLength(6);
  });

  it.each(NOTES)('says in its notes how to reach what it made: %s', async (_what, values, expected) => {
    const lines = (await chart.notes(values)).split('\n').map((line) => line.trim());

    expect(lines).toEqual(expect.arrayContaining([...expected]));
  });
});
