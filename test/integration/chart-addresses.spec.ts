import { createServer } from 'node:http';
import { parseListenAddress } from '../../src/config/index.js';
import { listen } from '../../src/platform/http/listen.js';
import { Chart } from '../support/chart/chart.js';
import { BUCKET, POSTGRES } from '../support/chart/matrix.js';
import { configurationOf, DOWNWARD_OF_IPV6, podOf } from '../support/chart/pod.js';
import { describeWith } from '../support/tools.js';

const ON_NODE = { media: { exposure: 'hostNetwork' } };
const SEVERAL = { ...POSTGRES, ...BUCKET, replicas: 2 };
const BALANCED = { exposure: 'loadBalancer', addresses: ['203.0.113.5'] };
const BOTH = ['IPv4', 'IPv6'];

/** Values that no Service or node could have, and the name that the refusal must have. */
const WRONG: readonly (readonly [object, string])[] = [
  [{ service: { ipFamilies: ['IPv5'] } }, '/service/ipFamilies/0'],
  [{ service: { ipFamilies: ['IPv6', 'IPv6'] } }, '/service/ipFamilies'],
  [{ service: { ipFamilyPolicy: 'DualStack' } }, '/service/ipFamilyPolicy'],
  ...['PreferDualStack', 'RequireDualStack'].map(
    (ipFamilyPolicy) =>
      [{ service: { ipFamilyPolicy } }, `service.ipFamilyPolicy: ${ipFamilyPolicy} needs service.ipFamilies`] as const,
  ),
  [{ service: { ipFamilies: BOTH, ipFamilyPolicy: 'SingleStack' } }, 'service.ipFamilyPolicy: SingleStack'],
  [{ media: { addresses: ['203.0.113.5:30070,2001:db8::5'] } }, 'media.addresses: 2001:db8::5 needs the port'],
  [{ media: { exposure: 'hostPort', addresses: ['203.0.113.5,'] } }, '/media/addresses/0'],
  [{ service: { nodePort: 30_080 } }, 'service.nodePort is for service.type'],
  [{ service: { type: 'NodePort', nodePort: 8080 } }, '/service/nodePort'],
  [{ service: { type: 'NodePort', loadBalancerClass: 'a.b/c' } }, 'service.loadBalancerClass is for service.type'],
  [{ service: { type: 'LoadBalancer', loadBalancerClass: 'of ours' } }, '/service/loadBalancerClass'],
  [{ media: { loadBalancer: { class: 'a.b/c' } } }, 'media.loadBalancer.class is for media.exposure'],
  [{ media: { loadBalancer: { annotations: [{ a: 'b' }] } } }, 'media.loadBalancer.annotations is for media.exposure'],
  [{ media: { ...BALANCED, loadBalancer: { annotations: [{ 'a b': 'c' }] } } }, '/media/loadBalancer/annotations/0'],
  [{ media: { ...BALANCED, loadBalancer: { annotations: [{}, {}] } } }, 'media.loadBalancer.annotations has 2'],
  [{ service: { listenAddress: 'podIP' } }, 'service.listenAddress is for media.exposure: hostNetwork'],
  [{ ...ON_NODE, service: { listenAddress: 'eth0' } }, '/service/listenAddress'],
  [{ ...ON_NODE, service: { listenPort: 0 } }, '/service/listenPort'],
  [
    { ...SEVERAL, ...ON_NODE, service: { listenAddress: '10.0.0.7' } },
    'service.listenAddress: 10.0.0.7 is that of one node',
  ],
];

it('the server takes both families where it listens at [::]', async () => {
  const server = createServer((_request, response) => response.end('here'));
  try {
    const { port } = await listen(server, parseListenAddress('[::]:0') ?? { address: '', port: 0 });

    for (const host of ['127.0.0.1', '[::1]'])
      expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe('here');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

describeWith('helm')('addresses of the Helm chart', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  it.each(WRONG)('are refused as in %j, with %s', async (values, name) => {
    const { exitCode, output } = await chart.template(values);

    expect(exitCode).not.toBe(0);
    expect(output).toContain(name);
  });

  it.each([[['IPv6']], [['IPv6', 'IPv4']]])(
    'are of IPv6 where %j comes first, for HTTP and for media',
    async (ipFamilies) => {
      const { config } = configurationOf(await chart.objects({ service: { ipFamilies } }), DOWNWARD_OF_IPV6);

      expect(config.http.listen).toBe('[::]:7777');
      expect(config.webrtc.announced_addresses).toEqual(['[fd00::7]:30170']);
    },
  );

  it('are of both families where IPv6 comes second, and of IPv4 where it does not come', async () => {
    const both = configurationOf(await chart.objects({ service: { ipFamilies: BOTH } })).config;
    const one = configurationOf(await chart.objects({ service: { ipFamilies: ['IPv4'] } })).config;

    expect(both.http.listen).toBe('[::]:7777');
    expect(one.http.listen).toBe('0.0.0.0:7777');
    for (const { webrtc } of [both, one]) expect(webrtc.announced_addresses).toEqual(['10.0.0.7:30170']);
  });

  it.each([
    ['podIP', [], '10.1.0.7:8080', undefined],
    ['podIP', ['IPv6'], '[fd01::7]:8080', undefined],
    ['127.0.0.1', [], '127.0.0.1:8080', '127.0.0.1'],
    ['2001:db8::7', [], '[2001:db8::7]:8080', '2001:db8::7'],
    ['', [], '0.0.0.0:8080', undefined],
  ])('of the node are chosen for HTTP: %j with %j', async (listenAddress, ipFamilies, listen, host) => {
    const objects = await chart.objects({ ...ON_NODE, service: { listenAddress, listenPort: 8080, ipFamilies } });
    const downward = ipFamilies.length > 0 ? DOWNWARD_OF_IPV6 : undefined;
    const get = { port: 'http', ...(host === undefined ? {} : { host }) };

    expect(configurationOf(objects, downward).config.http.listen).toBe(listen);
    expect(podOf(objects).containers[0]).toMatchObject({ ports: [{ containerPort: 8080 }, {}, {}] });
    for (const [probe, path] of Object.entries({
      startupProbe: '/readyz',
      livenessProbe: '/livez',
      readinessProbe: '/readyz',
    })) {
      expect(podOf(objects).containers[0]).toHaveProperty(`${probe}.httpGet`, { path, ...get });
    }
  });

  it.each(['127.0.0.1', '::1', 'podIP'])('of several nodes may be %s for HTTP', async (listenAddress) => {
    expect((await chart.template({ ...SEVERAL, ...ON_NODE, service: { listenAddress } })).exitCode).toBe(0);
  });

  it.each([
    ['fd', 1, 'UDP 30070 of the nodes'],
    ['auto', 4, 'UDP 30070 to 30073 of the nodes'],
  ])('have with AIRCHECK_ENGINE_RECEIVE: %s as many UDP ports as workers open: %d', async (receive, count, notes) => {
    const values = { settings: { AIRCHECK_ENGINE_RECEIVE: receive }, media: { workers: 4 } };
    const objects = await chart.objects(values);
    const service = objects.find(({ metadata }) => metadata.name === 'live-aircheck-media-0');
    const policy = objects.find(({ kind }) => kind === 'NetworkPolicy');

    expect(podOf(objects).containers[0].ports).toHaveLength(1 + count);
    expect(service?.spec?.['ports']).toHaveLength(count);
    expect(policy?.spec).toMatchObject({ ingress: [{}, { ports: [{ port: 7777, endPort: 7776 + count }] }] });
    expect(await chart.notes(values)).toContain(notes);
  });

  it('have ports of the node for as many as are opened, and no more', async () => {
    const media = { nodePort: { prefix: '32', suffix: '67' }, workers: 30 };
    const pods = { ...SEVERAL, replicas: 8, media };
    const { output } = await chart.template(pods);

    expect(output).toContain('media.nodePort: the last of its ports is 32796');
    const settings = { ...SEVERAL.settings, AIRCHECK_ENGINE_RECEIVE: 'fd' };
    expect((await chart.template({ ...pods, settings })).exitCode).toBe(0);
  });

  it('are in the notes', async () => {
    const notes = (service: object): Promise<string> => chart.notes({ ...ON_NODE, service });

    expect(await notes({ listenPort: 8080 })).toContain('WARNING: HTTP listens on each address of the node, TCP 8080');
    expect(await notes({ listenAddress: 'podIP' })).toContain(
      'WARNING: HTTP listens on the address of the node, TCP 7777',
    );
    expect(await notes({ listenAddress: 'podIP' })).toContain('http://ADDRESS-OF-THE-NODE:7777/');
    const own = await notes({ listenAddress: '10.0.0.7', listenPort: 8080 });
    expect(own).toContain('http://10.0.0.7:8080/');
    expect(own).not.toContain('WARNING: HTTP');
  });
});
