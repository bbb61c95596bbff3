import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { Chart, type KubernetesObject } from '../support/chart/chart.js';
import { POSTGRES, BUCKET } from '../support/chart/matrix.js';
import { configurationOf } from '../support/chart/pod.js';
import { describeWith } from '../support/tools.js';

type Labels = Readonly<Record<string, string>>;

const NAME = 'live-aircheck';
const OURS: Labels = { 'app.kubernetes.io/name': 'aircheck', 'app.kubernetes.io/instance': 'live' };
const SEVERAL = { ...POSTGRES, ...BUCKET, replicas: 2 };
const INGRESS = { enabled: true, className: 'nginx', hosts: ['rec.example.org'] };

/** The one of this kind and name. */
function named(objects: readonly KubernetesObject[], kind: string, name = NAME): KubernetesObject {
  const [found, ...others] = objects.filter((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined || others.length > 0) throw new Error(`${others.length} more of ${kind} ${name}`);
  return found;
}

interface Pod {
  readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
  readonly spec: Readonly<Record<string, unknown>> & { readonly containers: readonly [object] };
}

const podOf = (objects: readonly KubernetesObject[]): Pod => named(objects, 'StatefulSet').spec?.['template'] as Pod;

describeWith('helm')('what the chart promises', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  const spec = async (values: object, kind: string, name = NAME): Promise<unknown> =>
    named(await chart.objects(values), kind, name).spec;
  const container = async (values: object): Promise<object> => podOf(await chart.objects(values)).spec.containers[0];

  describe('of a pod that has to go', () => {
    it.each([
      [3600, '3560'],
      [70, '30'],
      [40, '0'],
    ])('that within %d s it drains for %s, and has the rest to close and to upload', async (seconds, wait) => {
      const values = seconds === 3600 ? {} : { terminationGracePeriodSeconds: seconds };
      const pod = podOf(await chart.objects(values)).spec;

      expect(pod['terminationGracePeriodSeconds']).toBe(seconds);
      expect(pod.containers[0]).toMatchObject({
        lifecycle: { preStop: { exec: { command: ['node', '/opt/aircheck/dist/main.js', 'drain', '--wait', wait] } } },
      });
    });

    it('that its own server is started as it is asked to drain', () => {
      const dockerfile = readFileSync(resolve(__dirname, '../../Dockerfile'), 'utf8');

      expect(dockerfile).toContain('ENTRYPOINT ["node", "/opt/aircheck/dist/main.js"]');
    });
  });

  describe('of probes', () => {
    it.each([
      ['startupProbe', '/readyz', { periodSeconds: 2, failureThreshold: 150 }],
      ['livenessProbe', '/livez', { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }],
      ['readinessProbe', '/readyz', { periodSeconds: 5, timeoutSeconds: 5 }],
    ])('that %s asks for %s', async (probe, path, times) => {
      expect(await container({})).toMatchObject({ [probe]: { httpGet: { path, port: 'http' }, ...times } });
    });

    it('that their port is where the server listens', async () => {
      const objects = await chart.objects({});

      expect(podOf(objects).spec.containers[0]).toMatchObject({
        ports: [{ name: 'http', containerPort: 7777 }, {}, {}],
      });
      expect(configurationOf(objects).config.http.listen).toBe('0.0.0.0:7777');
    });
  });

  describe('of how many there are', () => {
    it.each([[1], [2], ['25%']])('that no more than %s of them go at a time', async (maxUnavailable) => {
      const values = maxUnavailable === 1 ? {} : { podDisruptionBudget: { maxUnavailable } };

      expect(await spec(values, 'PodDisruptionBudget')).toEqual({ maxUnavailable, selector: { matchLabels: OURS } });
    });

    it('that the autoscaler looks at the streams that are recorded, and takes one pod an hour', async () => {
      const autoscaling = { enabled: true };
      const objects = await chart.objects({ ...POSTGRES, ...BUCKET, autoscaling });

      expect(named(objects, 'HorizontalPodAutoscaler').spec).toEqual({
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: NAME },
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [
          {
            type: 'Pods',
            pods: {
              metric: { name: 'aircheck_recording_streams' },
              target: { type: 'AverageValue', averageValue: '40' },
            },
          },
        ],
        behavior: {
          scaleDown: {
            stabilizationWindowSeconds: 3600,
            policies: [{ type: 'Pods', value: 1, periodSeconds: 1800 }],
          },
        },
      });
      expect(named(objects, 'StatefulSet').spec).not.toHaveProperty('replicas');
    });

    it('that there are as many as were asked for', async () => {
      expect(await spec(SEVERAL, 'StatefulSet')).toMatchObject({ replicas: 2 });
    });
  });

  describe('of the StatefulSet', () => {
    it('that it selects its pods and no others, and names them by the Service of the nodes', async () => {
      const objects = await chart.objects(POSTGRES);

      expect(named(objects, 'StatefulSet').spec).toMatchObject({
        serviceName: `${NAME}-nodes`,
        selector: { matchLabels: OURS },
        template: { metadata: { labels: OURS } },
      });
      expect(named(objects, 'Job', `${NAME}-migrate`).spec).not.toMatchObject({
        template: { metadata: { labels: OURS } },
      });
    });

    it('that the Job which migrates asks for little, and cannot take much', async () => {
      const job = await spec(POSTGRES, 'Job', `${NAME}-migrate`);
      const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } };

      expect(job).toMatchObject({ template: { spec: { containers: [{ resources }] } } });
    });

    it('that what is recorded is on a volume of its own', async () => {
      const { volumeClaimTemplates } = (await spec({}, 'StatefulSet')) as { volumeClaimTemplates: unknown };

      expect(volumeClaimTemplates).toMatchObject([
        {
          metadata: { name: 'data', labels: OURS },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '50Gi' } } },
        },
      ]);
      expect(await container({})).toMatchObject({
        volumeMounts: [{ name: 'data', mountPath: '/var/lib/aircheck/data' }],
      });
    });

    it.each([
      ['a setting', { settings: { AIRCHECK_LOG_LEVEL: 'debug' } }],
      ['a secret', { secrets: { AIRCHECK_AUTH_SECRET: 'a-key-of-tokens-with-some-32-bytes' } }],
    ])('that %s which changes replaces pods', async (_what, values) => {
      const before = podOf(await chart.objects({})).metadata.annotations;

      expect(podOf(await chart.objects(values)).metadata.annotations).not.toEqual(before);
    });

    it('that its account is there, and nobody in a pod can speak for it', async () => {
      const objects = await chart.objects({});

      expect(podOf(objects).spec).toMatchObject({ serviceAccountName: NAME, automountServiceAccountToken: false });
      expect(named(objects, 'ServiceAccount')).toMatchObject({ automountServiceAccountToken: false });
    });

    it('that pods are spread over the nodes', async () => {
      expect(podOf(await chart.objects({})).spec).toMatchObject({
        topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: OURS } }],
      });
    });

    it.each(['hostNetwork', 'hostPort'])('that no two of them share a node with %s', async (exposure) => {
      const topologyKey = 'kubernetes.io/hostname';
      const rule = { topologyKey, labelSelector: { matchLabels: OURS } };

      expect(podOf(await chart.objects({ media: { exposure } })).spec).toMatchObject({
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [rule] } },
      });
    });

    it('that names resolve in the network of the node, too', async () => {
      const values = { media: { exposure: 'hostNetwork' } };

      expect(podOf(await chart.objects(values)).spec).toMatchObject({
        hostNetwork: true,
        dnsPolicy: 'ClusterFirstWithHostNet',
      });
    });

    it('that a hostPort is the port of the container', async () => {
      expect(await container({ media: { exposure: 'hostPort', tcpPort: 7900 } })).toMatchObject({
        ports: [
          {},
          { containerPort: 7777, hostPort: 7777, protocol: 'UDP' },
          { containerPort: 7778, hostPort: 7778, protocol: 'UDP' },
          { containerPort: 7900, hostPort: 7900, protocol: 'TCP' },
        ],
      });
    });
  });

  describe('of Services', () => {
    it('that HTTP goes to ready pods, and a client to the one that it had', async () => {
      expect(await spec({ service: { port: 80 } }, 'Service')).toEqual({
        type: 'ClusterIP',
        sessionAffinity: 'ClientIP',
        selector: OURS,
        ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
      });
    });

    it('that each node has a name', async () => {
      expect(await spec({}, 'Service', `${NAME}-nodes`)).toEqual({
        clusterIP: 'None',
        publishNotReadyAddresses: true,
        selector: OURS,
        ports: [{ name: 'http', port: 7777, targetPort: 'http', protocol: 'TCP' }],
      });
    });

    it.each([
      ['nodePort', 'NodePort', [], [{ nodePort: 30170 }, { nodePort: 30171 }]],
      ['loadBalancer', 'LoadBalancer', ['203.0.113.5', '203.0.113.6'], [{}, {}]],
    ])(
      'that media goes to one pod, ready or not, by its %s and with its sender',
      async (exposure, type, addresses, ports) => {
        const media = { exposure, addresses };

        expect(await spec({ ...SEVERAL, media }, 'Service', `${NAME}-media-1`)).toEqual({
          type,
          externalTrafficPolicy: 'Local',
          publishNotReadyAddresses: true,
          selector: { ...OURS, 'statefulset.kubernetes.io/pod-name': `${NAME}-1` },
          ports: ports.map((given, index) => ({
            name: `media-udp-${index}`,
            protocol: 'UDP',
            port: 7777 + index,
            targetPort: `media-udp-${index}`,
            ...given,
          })),
        });
      },
    );

    it('that media by TCP goes there, too', async () => {
      const media = { exposure: 'loadBalancer', tcpPort: 7900, addresses: ['203.0.113.5'] };

      expect(await spec({ media }, 'Service', `${NAME}-media-0`)).toMatchObject({
        ports: [{}, {}, { name: 'media-tcp', protocol: 'TCP', port: 7900, targetPort: 'media-tcp' }],
      });
    });
  });

  describe('of the ingress', () => {
    it('that it leads to the Service of HTTP', async () => {
      const tls = [{ hosts: INGRESS.hosts, secretName: 'tls' }];
      const backend = { service: { name: NAME, port: { name: 'http' } } };

      expect(await spec({ ingress: { ...INGRESS, tls } }, 'Ingress')).toEqual({
        ingressClassName: 'nginx',
        tls,
        rules: [{ host: 'rec.example.org', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      });
    });

    it('that event streams stay open, and come at once', async () => {
      const { metadata } = named(await chart.objects({ ingress: INGRESS }), 'Ingress');

      expect(metadata.annotations).toMatchObject({
        'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
        'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
      });
    });
  });

  describe('of monitoring', () => {
    it('that Prometheus scrapes the Service of HTTP, and that alone', async () => {
      const objects = await chart.objects({ serviceMonitor: { enabled: true, interval: '15s' } });
      const { selector, endpoints } = named(objects, 'ServiceMonitor').spec as {
        readonly selector: { readonly matchLabels: Labels };
        readonly endpoints: unknown;
      };
      const isSelected = ({ kind, metadata }: KubernetesObject): boolean =>
        kind === 'Service' &&
        Object.entries(selector.matchLabels).every(
          ([name, value]) => (metadata as unknown as Pod['metadata']).labels[name] === value,
        );

      expect(objects.filter(isSelected).map(({ metadata }) => metadata.name)).toEqual([NAME]);
      const relabelings = [{ targetLabel: 'job', replacement: 'aircheck' }];
      expect(endpoints).toEqual([{ port: 'http', path: '/metrics', interval: '15s', relabelings }]);
    });

    it('that alerts and dashboard are those of the repository', async () => {
      const read = (path: string): string => readFileSync(resolve(__dirname, '../../deploy', path), 'utf8');
      const objects = await chart.objects({ prometheusRule: { enabled: true }, grafanaDashboard: { enabled: true } });
      const { data, metadata } = named(objects, 'ConfigMap', `${NAME}-dashboard`);

      expect(named(objects, 'PrometheusRule').spec).toEqual(parse(read('prometheus/alerts.yaml')));
      expect(JSON.parse(data?.['aircheck.json'] ?? '')).toEqual(JSON.parse(read('grafana/dashboard.json')));
      expect(metadata).toMatchObject({ labels: { grafana_dashboard: '1' } });
    });
  });

  describe('of the notes', () => {
    it.each<readonly [string, object, readonly string[]]>([
      ['what to open for NodePorts', {}, ['open UDP 30070 to 30071', 'set media.addresses']],
      ...['hostNetwork', 'hostPort'].map(
        (exposure) =>
          [
            `the privileged level for ${exposure}`,
            { media: { exposure } },
            [
              'open UDP 7777 to 7778',
              `WARNING: ${exposure} needs a namespace with the privileged Pod Security level`,
              'pod-security.kubernetes.io/enforce=privileged',
            ],
          ] as const,
      ),
      [
        'that HTTP is open on the node with hostNetwork',
        { media: { exposure: 'hostNetwork' } },
        ['WARNING: HTTP listens on each address of the node, TCP 7777', 'Close TCP 7777 to strangers'],
      ],
      [
        'whose the addresses of load balancers are',
        { media: { exposure: 'loadBalancer', addresses: ['203.0.113.5'] } },
        ['live-aircheck-media-* must get the addresses of media.addresses'],
      ],
      ['that nothing was opened', { media: { exposure: 'none' } }, ['nothing was opened']],
      ['how to wait, and to ask what is missing', {}, ['rollout status statefulset/live-aircheck', 'main.js doctor']],
      ['where the token is that was made', {}, ["jsonpath='{.data.AIRCHECK_AUTH_TOKENS}' | base64 --decode"]],
      ['that there can be one node', {}, ['there can be one node']],
      ['how to open the page', {}, ['port-forward service/live-aircheck 7777:7777']],
      [
        'the host of an ingress, and whom to trust',
        { ingress: INGRESS },
        ['http://rec.example.org/', 'AIRCHECK_HTTP_TRUSTED_PROXIES is not set'],
      ],
    ])('that they say %s', async (_what, values, lines) => {
      const notes = await chart.notes(values);

      for (const line of lines) expect(notes).toContain(line);
    });

    it('that they say nothing of what does not apply', async () => {
      const notes = await chart.notes({ ...POSTGRES, existingSecret: 'ours' });

      expect(await chart.notes({ media: { exposure: 'hostPort' } })).not.toContain('WARNING: HTTP');
      expect(notes).not.toMatch(/WARNING|AIRCHECK_AUTH_TOKENS|can be one node/);
    });
  });
});
