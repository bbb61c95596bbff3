import { BUCKET, POSTGRES } from './matrix.js';

export type Table = Readonly<Record<string, unknown>>;
/** A value by its path, the object it lands in (`kind/name`; without a name that of the release), the place there, and what is there. */
type Row = readonly [value: string, object: string, place: string, expected: unknown];

export const NAME = 'live-aircheck';
const URL_OF_DATABASE = 'postgres://recorder:secret@db/index';
const NODES = `ConfigMap/${NAME}-nodes`;
export const MIGRATE = `${NAME}-migrate`;
export const POD = 'spec/template/spec';
export const CONTAINER = `${POD}/containers/aircheck`;
export const MIGRATING = `${POD}/containers/migrate`;
const CLAIM = 'spec/volumeClaimTemplates/0/spec';
const OURS = { 'app.kubernetes.io/name': 'aircheck', 'app.kubernetes.io/instance': 'live' };

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const RESOURCES = { requests: { cpu: '2', memory: '3Gi' }, limits: { memory: '4Gi' } };
const NODE_TERMS = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }];
const AFFINITY = {
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: NODE_TERMS } },
};
const TOLERATIONS = [{ key: 'media', operator: 'Exists', effect: 'NoSchedule' }];
const SPREAD = [{ maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }];
const VOLUME = { name: 'ca', configMap: { name: 'authorities' } };
const MOUNT = { name: 'ca', mountPath: '/etc/ca', readOnly: true };
const ALIASES = [{ ip: '10.0.0.9', hostnames: ['db.example.org'] }];
const SIDECAR = { name: 'logs', image: 'registry.example.org/logs:1', volumeMounts: [MOUNT] };
const VARIABLE = { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/ca/ca.crt' };
const TLS = [{ hosts: ['rec.example.org'], secretName: 'certificate' }];
const PEERS = [{ namespaceSelector: { matchLabels: { team: 'video' } } }];

export const PODS: Table = {
  database: 'postgres',
  settings: { ...BUCKET.settings, AIRCHECK_LOG_LEVEL: 'debug' },
  secrets: { AIRCHECK_DATABASE_URL: URL_OF_DATABASE },
  secretRefs: { AIRCHECK_AUTH_TOKENS: { name: 'people', key: 'all-tokens' } },
  image: {
    repository: 'registry.example.org/video/aircheck',
    tag: 'of-ours',
    pullPolicy: 'Always',
    pullSecrets: [{ name: 'registry' }],
  },
  replicas: 2,
  persistence: { size: '70Gi', storageClassName: 'fast', accessModes: ['ReadWriteOncePod'] },
  resources: RESOURCES,
  terminationGracePeriodSeconds: 600,
  podDisruptionBudget: { maxUnavailable: 2 },
  serviceAccount: { name: 'recorder', annotations: { role: 'arn:aws:iam::1:role/recorder' } },
  priorityClassName: 'recording',
  nodeSelector: { media: 'true' },
  tolerations: TOLERATIONS,
  affinity: AFFINITY,
  topologySpreadConstraints: SPREAD,
  podAnnotations: { note: 'of pods' },
  podLabels: { team: 'video' },
  annotations: { note: 'of the set' },
  hostAliases: ALIASES,
  runtimeClassName: 'kata',
  extraContainers: [SIDECAR],
  extraEnv: [VARIABLE],
  extraVolumes: [VOLUME],
  extraVolumeMounts: [MOUNT],
};

/** What both the StatefulSet and the Job that migrates have of a value. @param place in the StatefulSet */
const inBoth = (value: string, place: string, expected: unknown): Row[] => [
  [value, 'StatefulSet', place, expected],
  [value, `Job/${MIGRATE}`, place.replace(CONTAINER, MIGRATING), expected],
];

const OF_PODS: readonly Row[] = [
  ...inBoth('image.repository', `${CONTAINER}/image`, 'registry.example.org/video/aircheck:of-ours'),
  ...inBoth('image.tag', `${CONTAINER}/image`, 'registry.example.org/video/aircheck:of-ours'),
  ...inBoth('image.pullPolicy', `${CONTAINER}/imagePullPolicy`, 'Always'),
  ...inBoth('image.pullSecrets', `${POD}/imagePullSecrets`, [{ name: 'registry' }]),
  ...inBoth('priorityClassName', `${POD}/priorityClassName`, 'recording'),
  ...inBoth('nodeSelector', `${POD}/nodeSelector`, { media: 'true' }),
  ...inBoth('tolerations', `${POD}/tolerations`, TOLERATIONS),
  ...inBoth('affinity', `${POD}/affinity`, AFFINITY),
  ...inBoth('hostAliases', `${POD}/hostAliases`, ALIASES),
  ...inBoth('runtimeClassName', `${POD}/runtimeClassName`, 'kata'),
  ['extraContainers', 'StatefulSet', `${POD}/containers/1`, SIDECAR],
  ...inBoth('extraEnv', `${CONTAINER}/env/NODE_EXTRA_CA_CERTS`, VARIABLE),
  ...inBoth('extraVolumes', `${POD}/volumes`, [VOLUME]),
  ...inBoth('extraVolumeMounts', `${CONTAINER}/volumeMounts/ca`, MOUNT),
  ['database', `Job/${MIGRATE}`, 'metadata/name', MIGRATE],
  ['settings', 'ConfigMap', 'data/AIRCHECK_LOG_LEVEL', 'debug'],
  ['secrets', 'Secret', 'data/AIRCHECK_DATABASE_URL', base64(URL_OF_DATABASE)],
  ['secrets', `Secret/${MIGRATE}`, 'data', { AIRCHECK_DATABASE_URL: base64(URL_OF_DATABASE) }],
  [
    'secrets',
    `Job/${MIGRATE}`,
    `${MIGRATING}/env/AIRCHECK_DATABASE_URL/valueFrom`,
    { secretKeyRef: { name: MIGRATE, key: 'AIRCHECK_DATABASE_URL' } },
  ],
  [
    'secretRefs',
    'StatefulSet',
    `${CONTAINER}/env/AIRCHECK_AUTH_TOKENS/valueFrom`,
    { secretKeyRef: { name: 'people', key: 'all-tokens' } },
  ],
  ['replicas', 'StatefulSet', 'spec/replicas', 2],
  ['replicas', `Service/${NAME}-media-1`, 'spec/type', 'NodePort'],
  ['persistence.size', 'StatefulSet', `${CLAIM}/resources`, { requests: { storage: '70Gi' } }],
  ['persistence.storageClassName', 'StatefulSet', `${CLAIM}/storageClassName`, 'fast'],
  ['persistence.accessModes', 'StatefulSet', `${CLAIM}/accessModes`, ['ReadWriteOncePod']],
  ['resources', 'StatefulSet', `${CONTAINER}/resources`, RESOURCES],
  ['terminationGracePeriodSeconds', 'StatefulSet', `${POD}/terminationGracePeriodSeconds`, 600],
  ['terminationGracePeriodSeconds', 'StatefulSet', `${CONTAINER}/lifecycle/preStop/exec/command/4`, '560'],
  ['podDisruptionBudget.maxUnavailable', 'PodDisruptionBudget', 'spec/maxUnavailable', 2],
  ['serviceAccount.name', 'ServiceAccount/recorder', 'metadata/name', 'recorder'],
  ['serviceAccount.name', 'StatefulSet', `${POD}/serviceAccountName`, 'recorder'],
  [
    'serviceAccount.annotations',
    'ServiceAccount/recorder',
    'metadata/annotations',
    { role: 'arn:aws:iam::1:role/recorder' },
  ],
  ['topologySpreadConstraints', 'StatefulSet', `${POD}/topologySpreadConstraints`, SPREAD],
  ['podAnnotations', 'StatefulSet', 'spec/template/metadata/annotations/note', 'of pods'],
  ['podLabels', 'StatefulSet', 'spec/template/metadata/labels/team', 'video'],
  ['annotations', 'StatefulSet', 'metadata/annotations', { note: 'of the set' }],
];

export const OUTSIDE: Table = {
  ...POSTGRES,
  ...BUCKET,
  replicas: 2,
  media: {
    exposure: 'loadBalancer',
    workers: 3,
    port: 7800,
    tcpPort: 7900,
    addresses: ['203.0.113.5,2001:db8::5', '203.0.113.6'],
    loadBalancer: {
      class: 'example.org/udp',
      annotations: [{}, { 'metallb.io/loadBalancerIPs': '203.0.113.6', pool: 'media of 1' }],
    },
    serviceAnnotations: { pool: 'media', owner: 'video' },
  },
  service: {
    type: 'LoadBalancer',
    port: 80,
    nodePort: 30_080,
    loadBalancerClass: 'example.org/http',
    ipFamilies: ['IPv6', 'IPv4'],
    ipFamilyPolicy: 'RequireDualStack',
    annotations: { pool: 'http' },
  },
  ingress: {
    enabled: true,
    className: 'nginx',
    annotations: { issuer: 'ours' },
    hosts: ['rec.example.org', 'live.example.org'],
    tls: TLS,
  },
  networkPolicy: { httpFrom: PEERS },
};
const MEDIA_OF_1 = `Service/${NAME}-media-1`;

const OF_NETWORKS: readonly Row[] = [
  [
    'secretRefs',
    `Job/${MIGRATE}`,
    `${MIGRATING}/env/AIRCHECK_DATABASE_URL/valueFrom`,
    { secretKeyRef: POSTGRES.secretRefs.AIRCHECK_DATABASE_URL },
  ],
  ['media.exposure', MEDIA_OF_1, 'spec/type', 'LoadBalancer'],
  ['media.workers', 'StatefulSet', `${CONTAINER}/env/AIRCHECK_ENGINE_WORKERS/value`, '3'],
  ['media.workers', 'StatefulSet', `${CONTAINER}/ports/media-udp-2/containerPort`, 7802],
  ['media.workers', MEDIA_OF_1, 'spec/ports/media-udp-2/port', 7802],
  ['media.workers', 'NetworkPolicy', 'spec/ingress/1/ports/0/endPort', 7802],
  ['media.port', 'StatefulSet', `${CONTAINER}/env/AIRCHECK_WEBRTC_UDP_PORT/value`, '7800'],
  ['media.port', 'StatefulSet', `${CONTAINER}/ports/media-udp-0/containerPort`, 7800],
  ['media.port', MEDIA_OF_1, 'spec/ports/media-udp-0/port', 7800],
  ['media.port', 'NetworkPolicy', 'spec/ingress/1/ports/0/port', 7800],
  ['media.tcpPort', 'StatefulSet', `${CONTAINER}/env/AIRCHECK_WEBRTC_TCP_PORT/value`, '7900'],
  ['media.tcpPort', 'StatefulSet', `${CONTAINER}/ports/media-tcp/containerPort`, 7900],
  ['media.tcpPort', MEDIA_OF_1, 'spec/ports/media-tcp/port', 7900],
  ['media.tcpPort', 'NetworkPolicy', 'spec/ingress/1/ports/1', { port: 7900, protocol: 'TCP' }],
  ['media.addresses', NODES, `data/${NAME}-0`, 'AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES=203.0.113.5,2001:db8::5\n'],
  ['media.addresses', NODES, `data/${NAME}-1`, 'AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES=203.0.113.6\n'],
  ['media.addresses', 'StatefulSet', `${POD}/volumes/nodes/configMap`, { name: `${NAME}-nodes` }],
  [
    'media.addresses',
    'StatefulSet',
    `${CONTAINER}/volumeMounts/nodes`,
    { name: 'nodes', mountPath: '/var/lib/aircheck/.env', subPathExpr: '$(POD_NAME)', readOnly: true },
  ],
  ['media.addresses', 'StatefulSet', `${CONTAINER}/env/AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES`, undefined],
  ['media.serviceAnnotations', MEDIA_OF_1, 'metadata/annotations/owner', 'video'],
  ['media.serviceAnnotations', `Service/${NAME}-media-0`, 'metadata/annotations', { pool: 'media', owner: 'video' }],
  ['media.loadBalancer.class', MEDIA_OF_1, 'spec/loadBalancerClass', 'example.org/udp'],
  ['media.loadBalancer.annotations', MEDIA_OF_1, 'metadata/annotations/pool', 'media of 1'],
  ['media.loadBalancer.annotations', MEDIA_OF_1, 'metadata/annotations/metallb.io~loadBalancerIPs', '203.0.113.6'],
  ['service.type', 'Service', 'spec/type', 'LoadBalancer'],
  ['service.port', 'Service', 'spec/ports/http/port', 80],
  ['service.nodePort', 'Service', 'spec/ports/http/nodePort', 30_080],
  ['service.loadBalancerClass', 'Service', 'spec/loadBalancerClass', 'example.org/http'],
  ...['Service', `Service/${NAME}-nodes`, MEDIA_OF_1].flatMap((service): Row[] => [
    ['service.ipFamilies', service, 'spec/ipFamilies', ['IPv6', 'IPv4']],
    ['service.ipFamilyPolicy', service, 'spec/ipFamilyPolicy', 'RequireDualStack'],
  ]),
  ['service.ipFamilies', 'StatefulSet', `${CONTAINER}/env/AIRCHECK_HTTP_LISTEN/value`, '[::]:7777'],
  ['service.annotations', 'Service', 'metadata/annotations/pool', 'http'],
  ['ingress.enabled', 'Ingress', 'metadata/name', NAME],
  ['ingress.className', 'Ingress', 'spec/ingressClassName', 'nginx'],
  ['ingress.annotations', 'Ingress', 'metadata/annotations/issuer', 'ours'],
  ['ingress.hosts', 'Ingress', 'spec/rules/0/host', 'rec.example.org'],
  ['ingress.hosts', 'Ingress', 'spec/rules/1/host', 'live.example.org'],
  ['ingress.tls', 'Ingress', 'spec/tls', TLS],
  ['networkPolicy.httpFrom', 'NetworkPolicy', 'spec/ingress/0/from', PEERS],
];

const WATCHED: Table = {
  settings: { AIRCHECK_HTTP_METRICS_PUBLIC: false },
  serviceMonitor: {
    enabled: true,
    interval: '15s',
    scrapeTimeout: '12s',
    labels: { release: 'prometheus' },
    token: { name: 'scraper', key: 'its-token' },
  },
  prometheusRule: { enabled: true, labels: { release: 'rules' } },
  grafanaDashboard: { enabled: true, labels: { grafana_dashboard: 'ours' } },
};
const ENDPOINT = 'spec/endpoints/0';

const OF_MONITORING: readonly Row[] = [
  ['serviceMonitor.enabled', 'ServiceMonitor', 'metadata/name', NAME],
  ['serviceMonitor.interval', 'ServiceMonitor', `${ENDPOINT}/interval`, '15s'],
  ['serviceMonitor.scrapeTimeout', 'ServiceMonitor', `${ENDPOINT}/scrapeTimeout`, '12s'],
  ['serviceMonitor.labels', 'ServiceMonitor', 'metadata/labels/release', 'prometheus'],
  [
    'serviceMonitor.token',
    'ServiceMonitor',
    `${ENDPOINT}/authorization/credentials`,
    { name: 'scraper', key: 'its-token' },
  ],
  ['prometheusRule.enabled', 'PrometheusRule', 'metadata/name', NAME],
  ['prometheusRule.labels', 'PrometheusRule', 'metadata/labels/release', 'rules'],
  ['grafanaDashboard.enabled', `ConfigMap/${NAME}-dashboard`, 'metadata/name', `${NAME}-dashboard`],
  [
    'grafanaDashboard.labels.grafana_dashboard',
    `ConfigMap/${NAME}-dashboard`,
    'metadata/labels/grafana_dashboard',
    'ours',
  ],
];

export const SCALED: Table = {
  ...POSTGRES,
  ...BUCKET,
  autoscaling: {
    enabled: true,
    minReplicas: 3,
    maxReplicas: 6,
    metric: 'aircheck_sessions',
    averageValue: '25',
    scaleDownSeconds: 600,
  },
  persistence: { enabled: false, emptyDirSizeLimit: '20Gi' },
  media: { nodePort: { prefix: '31', suffix: '50' } },
};
const SCALER = 'HorizontalPodAutoscaler';
const SCALE_DOWN = 'spec/behavior/scaleDown';

const OF_SCALE: readonly Row[] = [
  ['autoscaling.enabled', SCALER, 'metadata/name', NAME],
  ['autoscaling.minReplicas', SCALER, 'spec/minReplicas', 3],
  ['autoscaling.maxReplicas', SCALER, 'spec/maxReplicas', 6],
  ['autoscaling.maxReplicas', `Service/${NAME}-media-5`, 'spec/type', 'NodePort'],
  ['autoscaling.metric', SCALER, 'spec/metrics/0/pods/metric/name', 'aircheck_sessions'],
  ['autoscaling.averageValue', SCALER, 'spec/metrics/0/pods/target/averageValue', '25'],
  ['autoscaling.scaleDownSeconds', SCALER, `${SCALE_DOWN}/stabilizationWindowSeconds`, 600],
  ['autoscaling.scaleDownSeconds', SCALER, `${SCALE_DOWN}/policies/0/periodSeconds`, 600],
  ['persistence.enabled', 'StatefulSet', 'spec/volumeClaimTemplates', undefined],
  ['persistence.emptyDirSizeLimit', 'StatefulSet', `${POD}/volumes/data/emptyDir`, { sizeLimit: '20Gi' }],
  ...['media.nodePort.prefix', 'media.nodePort.suffix'].flatMap((value): Row[] => [
    [value, MEDIA_OF_1, 'spec/ports/media-udp-1/nodePort', 31_151],
    [value, 'StatefulSet', `${CONTAINER}/env/AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES/value`, '$(NODE_IP):31$(POD_INDEX)50'],
  ]),
];

const LEFT_OUT: Table = {
  existingSecret: 'ours',
  database: 'postgres',
  media: { announceNodeAddress: false },
  podDisruptionBudget: { enabled: false },
  networkPolicy: { enabled: false },
  serviceAccount: { create: false },
  podSecurityContext: { runAsUser: 2000, runAsGroup: 3000, fsGroup: 4000 },
};

const OF_WHAT_IS_LEFT_OUT: readonly Row[] = [
  ['existingSecret', 'StatefulSet', `${CONTAINER}/envFrom/1`, { secretRef: { name: 'ours' } }],
  [
    'existingSecret',
    `Job/${MIGRATE}`,
    `${MIGRATING}/env/AIRCHECK_DATABASE_URL/valueFrom`,
    { secretKeyRef: { name: 'ours', key: 'AIRCHECK_DATABASE_URL' } },
  ],
  ['media.announceNodeAddress', 'StatefulSet', `${CONTAINER}/env/AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES`, undefined],
  ['podDisruptionBudget.enabled', 'PodDisruptionBudget', '', undefined],
  ['networkPolicy.enabled', 'NetworkPolicy', '', undefined],
  ['serviceAccount.create', 'StatefulSet', `${POD}/serviceAccountName`, 'default'],
  ...Object.entries({ runAsUser: 2000, runAsGroup: 3000, fsGroup: 4000 }).flatMap(([name, id]) =>
    inBoth(`podSecurityContext.${name}`, `${POD}/securityContext/${name}`, id),
  ),
];

const ON_HOST: Table = {
  media: { exposure: 'hostPort', port: 7800, tcpPort: 7900 },
  persistence: { existingClaim: 'of-before' },
  // Of the name that one would have which the release makes.
  serviceAccount: { create: false, name: NAME },
};

const CLAIMED = { name: 'data', persistentVolumeClaim: { claimName: 'of-before' } };

const OF_HOSTS: readonly Row[] = [
  ['media.port', 'StatefulSet', `${CONTAINER}/ports/media-udp-1/hostPort`, 7801],
  ['media.tcpPort', 'StatefulSet', `${CONTAINER}/ports/media-tcp/hostPort`, 7900],
  ['media.exposure', `Service/${NAME}-media-0`, '', undefined],
  ['persistence.existingClaim', 'StatefulSet', `${POD}/volumes/data`, CLAIMED],
  ['persistence.existingClaim', 'StatefulSet', 'spec/volumeClaimTemplates', undefined],
  ['serviceAccount.create', 'ServiceAccount', '', undefined],
];

const ON_NODE: Table = { media: { exposure: 'hostNetwork' }, service: { listenAddress: 'podIP', listenPort: 8080 } };

const OF_NODES: readonly Row[] = [
  ['service.listenAddress', 'StatefulSet', `${CONTAINER}/env/AIRCHECK_HTTP_LISTEN/value`, '$(POD_IP):8080'],
  [
    'service.listenAddress',
    'StatefulSet',
    `${CONTAINER}/env/POD_IP/valueFrom`,
    { fieldRef: { fieldPath: 'status.podIP' } },
  ],
  ['service.listenPort', 'StatefulSet', `${CONTAINER}/ports/http/containerPort`, 8080],
  ['service.listenPort', `Service/${NAME}-nodes`, 'spec/ports/http/port', 8080],
];

const RENAMED = 'StatefulSet/live-recorder';
const OF_A_NAME: readonly Row[] = [
  ['nameOverride', RENAMED, 'metadata/name', 'live-recorder'],
  ['nameOverride', RENAMED, 'spec/selector/matchLabels', { ...OURS, 'app.kubernetes.io/name': 'recorder' }],
];
const OF_A_FULL_NAME: readonly Row[] = [
  ['fullnameOverride', 'StatefulSet/studio', 'spec/serviceName', 'studio-nodes'],
  ['fullnameOverride', 'Service/studio-nodes', 'spec/clusterIP', 'None'],
];

export const SETS: readonly (readonly [string, Table, readonly Row[]])[] = [
  ['pods', PODS, OF_PODS],
  ['networks', OUTSIDE, OF_NETWORKS],
  ['monitoring', WATCHED, OF_MONITORING],
  ['scale', SCALED, OF_SCALE],
  ['what is left out', LEFT_OUT, OF_WHAT_IS_LEFT_OUT],
  ['ports of the node', ON_HOST, OF_HOSTS],
  ['the network of the node', ON_NODE, OF_NODES],
  ['a name', { nameOverride: 'recorder' }, OF_A_NAME],
  ['a full name', { fullnameOverride: 'studio' }, OF_A_FULL_NAME],
];
