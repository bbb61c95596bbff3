import { parse } from 'yaml';
import { readPages } from '../support/docs/pages.js';
import { Chart, type KubernetesObject } from '../support/chart/chart.js';
import { POSTGRES } from '../support/chart/matrix.js';
import { describeWith } from '../support/tools.js';

interface PolicySpec {
  readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress: readonly { readonly from?: readonly object[]; readonly ports: readonly object[] }[];
}

const policyOf = (objects: readonly KubernetesObject[]): PolicySpec =>
  objects.find(({ kind }) => kind === 'NetworkPolicy')?.spec as unknown as PolicySpec;

const labelsOf = (objects: readonly KubernetesObject[], maker: string): Readonly<Record<string, string>> => {
  const { spec } = objects.find(({ kind }) => kind === maker) ?? {};
  return (spec?.['template'] as { metadata: { labels: Record<string, string> } }).metadata.labels;
};

/** The values that docs/kubernetes.md shows for it. */
function shown(): { readonly networkPolicy: { readonly httpFrom: readonly object[] } } {
  const { text = '' } = readPages().find(({ path }) => path === 'docs/kubernetes.md') ?? {};
  const [, block = ''] = /```yaml\n(networkPolicy:.*?)```/s.exec(text) ?? [];
  return parse(block) as ReturnType<typeof shown>;
}

describeWith('helm')('the NetworkPolicy of the chart', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  it('lets in HTTP and media from everywhere, and says nothing of what goes out', async () => {
    const { policyTypes, ingress } = policyOf(await chart.objects({}));

    expect(policyTypes).toEqual(['Ingress']);
    expect(ingress).toEqual([
      { ports: [{ port: 'http', protocol: 'TCP' }] },
      { ports: [{ port: 7777, endPort: 7778, protocol: 'UDP' }] },
    ]);
  });

  it('lets media in at each port that workers listen at', async () => {
    const media = { exposure: 'hostPort', port: 9000, workers: 4, tcpPort: 7900 };
    const [, given] = policyOf(await chart.objects({ media })).ingress;

    expect(given).toEqual({
      ports: [
        { port: 9000, endPort: 9003, protocol: 'UDP' },
        { port: 7900, protocol: 'TCP' },
      ],
    });
  });

  it('lets in by HTTP whom docs/kubernetes.md shows, and media from everywhere still', async () => {
    const objects = await chart.objects(shown());
    const [http, media] = policyOf(objects).ingress;

    expect(http?.from).toEqual(shown().networkPolicy.httpFrom);
    expect(http?.from).toContainEqual({ podSelector: { matchLabels: expect.any(Object) as object } });
    expect(media?.from).toBeUndefined();
    const { matchLabels } = (http?.from?.at(-1) as Pick<PolicySpec, 'podSelector'>).podSelector;
    expect(labelsOf(objects, 'StatefulSet')).toMatchObject(matchLabels);
  });

  it('is for the nodes, not for the Job that migrates', async () => {
    const objects = await chart.objects(POSTGRES);
    const { matchLabels } = policyOf(objects).podSelector;

    expect(labelsOf(objects, 'StatefulSet')).toMatchObject(matchLabels);
    expect(labelsOf(objects, 'Job')).not.toMatchObject(matchLabels);
    expect(labelsOf(objects, 'Job')).toMatchObject({ 'app.kubernetes.io/name': 'aircheck-migrate' });
  });

  it('promises nothing in the network of the node, where plugins apply none', async () => {
    const media = { exposure: 'hostNetwork' };
    const { networkPolicy } = shown();
    const { exitCode, output } = await chart.template({ media, networkPolicy });

    expect(exitCode).not.toBe(0);
    expect(output).toContain('networkPolicy.httpFrom does not go with media.exposure: hostNetwork');
    expect((await chart.template({ media, networkPolicy: { ...networkPolicy, enabled: false } })).exitCode).toBe(0);
    expect((await chart.template({ media: { exposure: 'hostPort' }, networkPolicy })).exitCode).toBe(0);
  });

  it('is not made where it is switched off', async () => {
    const objects = await chart.objects({ networkPolicy: { enabled: false } });

    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
  });
});
