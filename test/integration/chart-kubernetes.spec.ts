import { Chart } from '../support/chart/chart.js';
import { BUCKET, POSTGRES } from '../support/chart/matrix.js';
import { describeWith } from '../support/tools.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const SELECTOR = { matchLabels: { app: 'a' }, matchExpressions: [{ key: 'a.b/c', operator: 'In', values: ['d'] }] };
const SPREAD = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' };
const INGRESS = { enabled: true, hosts: ['rec.example.org'] };

/** Of the same kinds as those that are refused below, and right. */
const RIGHT = {
  ...POSTGRES,
  ...BUCKET,
  replicas: 2,
  media: {
    exposure: 'loadBalancer',
    addresses: ['203.0.113.5', '203.0.113.6'],
    serviceAnnotations: { 'a.b/c': 'd e' },
  },
  tolerations: [{ key: 'media', operator: 'Equal', value: 'true', effect: 'NoExecute', tolerationSeconds: 60 }],
  affinity: {
    nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }] } },
    podAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: 'zone', labelSelector: SELECTOR, namespaces: ['a'] } },
      ],
    },
    podAntiAffinity: { [REQUIRED]: [{ topologyKey: 'zone', namespaceSelector: {} }] },
  },
  topologySpreadConstraints: [
    { ...SPREAD, labelSelector: SELECTOR, minDomains: 2, whenUnsatisfiable: 'DoNotSchedule' },
  ],
  extraEnv: [
    { name: 'A', value: '1' },
    { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } },
    { name: 'C', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
  ],
  extraVolumes: [
    { name: 'a', configMap: { name: 'a', items: [{ key: 'k', path: 'p' }], defaultMode: 288 } },
    { name: 'b', secret: { secretName: 'b' } },
    { name: 'c', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
    { name: 'd', csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true } },
  ],
  extraVolumeMounts: [
    { name: 'a', mountPath: '/etc/a', subPath: 'p', readOnly: true, mountPropagation: 'None' },
    { name: 'b', mountPath: '/var/lib/air' },
  ],
  networkPolicy: {
    httpFrom: [
      { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.255.255.255/32'] } },
      { ipBlock: { cidr: '10.64.0.0/10', except: ['10.127.0.0/16'] } },
      { ipBlock: { cidr: '0.0.0.0/0', except: ['192.0.2.0/24'] } },
      { ipBlock: { cidr: 'fd00::/8', except: ['fd01::/16'] } },
      { podSelector: SELECTOR, namespaceSelector: {} },
    ],
  },
  ingress: { ...INGRESS, className: 'nginx', tls: [{ hosts: INGRESS.hosts, secretName: 'rec.example.org' }] },
  image: { pullSecrets: [{ name: 'registry.example.org' }] },
  resources: { limits: { memory: '1Gi' }, claims: [{ name: 'gpu', request: 'one' }] },
  serviceAccount: { name: 'recorder.live', annotations: { 'iam.gke.io/gcp-service-account': 'a@b.c' } },
  priorityClassName: 'system-node-critical',
  podLabels: { 'a.b/c': 'D_e.f-1', empty: '' },
  podAnnotations: { 'prometheus.io/scrape': 'true', 'checksum/mine': 'a' },
  nodeSelector: { 'node.kubernetes.io/instance-type': 'c7g.large' },
  persistence: { accessModes: ['ReadWriteOncePod'], storageClassName: 'fast' },
  serviceMonitor: { enabled: true, interval: '1m30s', scrapeTimeout: '500ms', labels: { release: 'prometheus' } },
};

const FROM_A_FIELD = { fieldRef: { fieldPath: 'spec.nodeName' } };
const mountedAt = (...paths: readonly string[]): object => ({
  extraVolumes: [{ name: 'ca', emptyDir: {} }],
  extraVolumeMounts: paths.map((mountPath) => ({ name: 'ca', mountPath })),
});
const from = (ipBlock: object, more: object = {}): object => ({ networkPolicy: { httpFrom: [{ ipBlock, ...more }] } });

/** Values that Kubernetes would refuse, and the name that the refusal must have. */
const WRONG: readonly (readonly [object, string])[] = [
  [{ tolerations: [{ keys: 'media' }] }, "at '/tolerations/0': additional properties 'keys'"],
  [{ tolerations: [{ key: 'media', operator: 'exists' }] }, '/tolerations/0/operator'],
  [{ tolerations: [{ effect: 'NoRun' }] }, '/tolerations/0/effect'],
  [{ affinity: { nodeAffinities: {} } }, "at '/affinity': additional properties 'nodeAffinities'"],
  [{ affinity: { nodeAffinity: { required: [] } } }, "at '/affinity/nodeAffinity': additional properties 'required'"],
  [
    { affinity: { podAntiAffinity: { [REQUIRED]: [{ labelSelector: {} }] } } },
    `/affinity/podAntiAffinity/${REQUIRED}/0`,
  ],
  [{ extraEnv: [{ name: 'A', values: 'b' }] }, "at '/extraEnv/0': additional properties 'values'"],
  [{ extraEnv: [{ name: 'A', value: 1 }] }, '/extraEnv/0/value'],
  [{ extraEnv: [{ name: 'A', value: 'b', valueFrom: FROM_A_FIELD }] }, '/extraEnv/0'],
  [{ extraEnv: [{ name: 'A', valueFrom: {} }] }, '/extraEnv/0/valueFrom'],
  [
    { extraEnv: [{ name: 'A', valueFrom: { ...FROM_A_FIELD, configMapKeyRef: { key: 'k' } } }] },
    '/extraEnv/0/valueFrom',
  ],
  [{ extraEnv: [{ name: 'A B', value: 'c' }] }, '/extraEnv/0/name'],
  [{ extraEnv: ['1', '2'].map((value) => ({ name: 'A', value })) }, 'extraEnv: A is there already'],
  ...['POD_NAME', 'POD_IP', 'POD_INDEX', 'NODE_IP'].map(
    (name) => [{ extraEnv: [{ name, value: 'a' }] }, `extraEnv: ${name} is there already`] as const,
  ),
  [{ extraVolumes: [{ name: 'ca' }] }, '/extraVolumes/0'],
  [{ extraVolumes: [{ name: 'ca', emptyDir: {}, configMap: { name: 'ca' } }] }, '/extraVolumes/0'],
  [
    { extraVolumes: ['a', 'b'].map((path) => ({ name: 'ca', hostPath: { path } })) },
    'extraVolumes: ca is there already',
  ],
  [mountedAt('/etc/ca', '/etc/ca/'), 'extraVolumeMounts: two are at /etc/ca'],
  ...['/var/lib/aircheck/data', '/var/lib/aircheck/data/', '/var/lib/aircheck', '/var', '/'].map(
    (path) => [mountedAt(path), `it lies over /var/lib/aircheck/data`] as const,
  ),
  [mountedAt('/var/lib/aircheck/.env'), 'it lies over /var/lib/aircheck/.env'],
  [mountedAt('/opt/aircheck'), 'it lies over /opt/aircheck'],
  [mountedAt('srv'), '/extraVolumeMounts/0/mountPath'],
  [{ extraEnv: [{ name: 'A', valueFrom: { secret: { name: 'a', key: 'b' } } }] }, '/extraEnv/0/valueFrom'],
  [
    { extraVolumes: [{ name: 'ca', configmap: { name: 'ca' } }] },
    "at '/extraVolumes/0': additional properties 'configmap'",
  ],
  [
    { extraVolumes: [{ name: 'ca', secret: { name: 'ca' } }] },
    "at '/extraVolumes/0/secret': additional properties 'name'",
  ],
  [{ extraVolumes: [{ name: 'My_CA', emptyDir: {} }] }, '/extraVolumes/0/name'],
  [{ extraVolumes: [{ emptyDir: {} }] }, '/extraVolumes/0'],
  [
    { extraVolumes: [{ name: 'ca', emptyDir: {} }], extraVolumeMounts: [{ name: 'ca', path: '/etc/ca' }] },
    '/extraVolumeMounts/0',
  ],
  [{ networkPolicy: { httpFrom: [{ cidr: '10.0.0.0/8' }] } }, '/networkPolicy/httpFrom/0'],
  [{ networkPolicy: { httpFrom: [{}] } }, '/networkPolicy/httpFrom/0'],
  ...['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'office'].map(
    (cidr) => [from({ cidr }), '/networkPolicy/httpFrom/0/ipBlock/cidr'] as const,
  ),
  [from({ cidr: '10.0.0.0/8', except: ['10.1.0.0'] }), '/networkPolicy/httpFrom/0/ipBlock/except/0'],
  [from({ cidr: '10.0.0.0/8' }, { podSelector: {} }), '/networkPolicy/httpFrom/0'],
  ...['11.0.0.0/16', '10.0.0.0/8', '8.0.0.0/7', 'fd00::/16'].map(
    (except) => [from({ cidr: '10.0.0.0/8', except: [except] }), `except: ${except} is no part of cidr`] as const,
  ),
  [from({ cidr: 'fd00::/8', except: ['fd00::/8'] }), 'except: fd00::/8 is no part of cidr'],
  [{ networkPolicy: { httpFrom: [{ podSelector: { app: 'a' } }] } }, '/networkPolicy/httpFrom/0/podSelector'],
  [{ ingress: { ...INGRESS, tls: [{ host: 'a.example.org' }] } }, "at '/ingress/tls/0': additional properties 'host'"],
  [{ ingress: { ...INGRESS, className: 'Nginx' } }, '/ingress/className'],
  [
    { topologySpreadConstraints: [{ ...SPREAD, skew: 1 }] },
    "at '/topologySpreadConstraints/0': additional properties 'skew'",
  ],
  [{ topologySpreadConstraints: [{ maxSkew: 1 }] }, '/topologySpreadConstraints/0'],
  [{ image: { pullSecrets: ['registry'] } }, '/image/pullSecrets/0'],
  [{ resources: { claims: [{ resource: 'gpu' }] } }, '/resources/claims/0'],
  [{ ...POSTGRES, ...BUCKET, autoscaling: { enabled: true, metric: '' } }, '/autoscaling/metric'],
  ...['settings', 'secrets', 'addresses'].map(
    (name) => [{ podAnnotations: { [`checksum/${name}`]: 'a' } }, `podAnnotations: checksum/${name}`] as const,
  ),
  [{ podAnnotations: { 'of mine': 'a' } }, 'of mine'],
  [{ serviceAccount: { name: 'My_Account' } }, '/serviceAccount/name'],
  [{ serviceAccount: { name: 'a..b' } }, '/serviceAccount/name'],
  [{ priorityClassName: 'High Priority' }, '/priorityClassName'],
  [{ podLabels: { team: 'of mine' } }, '/podLabels/team'],
  [{ podLabels: { team: 'a'.repeat(64) } }, '/podLabels/team'],
  [{ podLabels: { 'of/my/team': 'a' } }, 'of/my/team'],
  [{ nodeSelector: { media: 'yes!' } }, '/nodeSelector/media'],
  [{ persistence: { accessModes: ['ReadWrite'] } }, '/persistence/accessModes/0'],
  [{ persistence: { accessModes: ['ReadOnlyMany'] } }, '/persistence/accessModes/0'],
  [{ persistence: { accessModes: [] } }, '/persistence/accessModes'],
  [{ persistence: { storageClassName: 'Fast' } }, '/persistence/storageClassName'],
  ...[
    ['31s', '30s'],
    ['1m31s', '1m30s'],
    ['1m', '59s'],
    ['1500ms', '1s'],
    ['2d', '1d23h'],
  ].map(
    ([scrapeTimeout, interval]) =>
      [
        { serviceMonitor: { scrapeTimeout, interval } },
        `serviceMonitor.scrapeTimeout: ${scrapeTimeout} is longer than serviceMonitor.interval: ${interval}`,
      ] as const,
  ),
  [{ persistence: { existingClaim: 'My Claim' } }, '/persistence/existingClaim'],
  [{ ...RIGHT, persistence: { existingClaim: 'a' } }, 'persistence.existingClaim is the volume of one pod'],
  [
    { ...POSTGRES, ...BUCKET, persistence: { enabled: false, existingClaim: 'a' } },
    'persistence.existingClaim is for persistence.enabled',
  ],
  [{ podSecurityContext: { runAsUser: 0 } }, '/podSecurityContext/runAsUser'],
  [{ podSecurityContext: { runAsNonRoot: false } }, "at '/podSecurityContext': additional properties 'runAsNonRoot'"],
  [{ runtimeClassName: 'Kata' }, '/runtimeClassName'],
  [{ hostAliases: [{ ip: 'db', hostnames: ['a'] }] }, '/hostAliases/0/ip'],
  [{ hostAliases: [{ ip: '10.0.0.9', hostnames: [] }] }, '/hostAliases/0/hostnames'],
  [{ extraContainers: [{ name: 'logs' }] }, '/extraContainers/0'],
  [{ extraContainers: [{ name: 'logs', image: 'a', volumes: [] }] }, "additional properties 'volumes'"],
  [{ extraContainers: [{ name: 'aircheck', image: 'a' }] }, 'extraContainers: aircheck is there already'],
  [{ extraContainers: ['a', 'b'].map((image) => ({ name: 'logs', image })) }, 'extraContainers: logs is there already'],
  [{ serviceMonitor: { enabled: true, interval: '30 s' } }, '/serviceMonitor/interval'],
  [{ serviceMonitor: { enabled: true, interval: '' } }, '/serviceMonitor/interval'],
  ...[
    ['203.0.113.5', '203.0.113.5'],
    ['203.0.113.5,2001:db8::5', '203.0.113.6,2001:db8::5'],
  ].map(
    (addresses) =>
      [{ ...RIGHT, media: { exposure: 'loadBalancer', addresses } }, 'media.addresses has one twice'] as const,
  ),
];

describeWith(
  'helm',
  'kubeconform',
  'kubernetes-schemas',
  'go',
)('parts of Kubernetes objects among the values of the chart', () => {
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

  it('are taken as Kubernetes has them, and go to it', async () => {
    await using own = await Chart.open();
    const { exitCode, output } = await own.template(RIGHT);
    expect({ exitCode, said: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, said: '' });

    expect(await own.conform()).toEqual({
      exitCode: 0,
      output: expect.stringMatching(/ Invalid: 0, Errors: 0, Skipped: 0\n$/) as string,
    });
  });
});
