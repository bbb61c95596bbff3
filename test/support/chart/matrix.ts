export const POSTGRES = {
  database: 'postgres',
  secretRefs: { AIRCHECK_DATABASE_URL: { name: 'postgres-app', key: 'uri' } },
};
export const BUCKET = {
  settings: {
    AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
    AIRCHECK_RECORDER_STORAGE_BUCKET: 'recordings',
    AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: 4,
    AIRCHECK_HTTP_METRICS_PUBLIC: false,
    AIRCHECK_RECORDER_AUTO_STREAMS: ['cam-*', 'studio'],
  },
};

/** What people set, and what Helm and kubeconform have nothing against. */
export const MATRIX: readonly (readonly [string, object])[] = [
  ['nothing', {}],
  ['hostNetwork', { media: { exposure: 'hostNetwork', tcpPort: 7777 + 100 } }],
  ['hostPort', { media: { exposure: 'hostPort', workers: 4, tcpPort: 7900 } }],
  ['one UDP port for all workers', { media: { workers: 4 }, settings: { AIRCHECK_ENGINE_RECEIVE: 'fd' } }],
  ['no exposure', { media: { exposure: 'none', announceNodeAddress: false } }],
  [
    'a load balancer for each pod',
    {
      ...POSTGRES,
      ...BUCKET,
      replicas: 2,
      media: {
        exposure: 'loadBalancer',
        tcpPort: 7900,
        addresses: ['203.0.113.5', '203.0.113.6'],
        loadBalancer: {
          class: 'example.org/udp',
          annotations: ['203.0.113.5', '203.0.113.6'].map((address) => ({ 'metallb.io/loadBalancerIPs': address })),
        },
      },
      service: { type: 'LoadBalancer', nodePort: 30_080, loadBalancerClass: 'example.org/http' },
    },
  ],
  [
    'NodePorts behind addresses of others',
    { ...POSTGRES, ...BUCKET, replicas: 2, media: { addresses: ['203.0.113.5:30070', '[2001:db8::5]:30170'] } },
  ],
  [
    'both families of addresses',
    {
      media: { addresses: ['203.0.113.5:30070,[2001:db8::5]:30070'] },
      service: { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack' },
    },
  ],
  [
    'HTTP at an address of the node',
    { media: { exposure: 'hostNetwork' }, service: { listenAddress: '10.0.0.7', listenPort: 8080 } },
  ],
  [
    'PostgreSQL, its URL in the values',
    { database: 'postgres', secrets: { AIRCHECK_DATABASE_URL: 'postgres://a:b@c/d' } },
  ],
  ['a claim that is there', { persistence: { existingClaim: 'recordings' } }],
  ['users of OpenShift', { podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } }],
  ['PostgreSQL and all else from a Secret', { database: 'postgres', existingSecret: 'aircheck' }],
  ['a bucket and no volume', { ...POSTGRES, ...BUCKET, persistence: { enabled: false, emptyDirSizeLimit: '20Gi' } }],
  [
    'everything that is off by default',
    {
      ...POSTGRES,
      ...BUCKET,
      autoscaling: { enabled: true, maxReplicas: 5 },
      ingress: {
        enabled: true,
        className: 'nginx',
        hosts: ['rec.example.org'],
        tls: [{ hosts: ['rec.example.org'], secretName: 'tls' }],
      },
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
      prometheusRule: { enabled: true },
      grafanaDashboard: { enabled: true },
      networkPolicy: { httpFrom: [{ namespaceSelector: {} }] },
      image: { pullSecrets: [{ name: 'registry' }] },
      priorityClassName: 'recording',
      nodeSelector: { media: 'true' },
      tolerations: [{ key: 'media', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
      podAnnotations: { a: 'b' },
      podLabels: { c: 'd' },
      annotations: { e: 'f' },
      serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/aircheck' } },
      hostAliases: [{ ip: '10.0.0.9', hostnames: ['db.example.org'] }],
      runtimeClassName: 'kata',
      extraContainers: [{ name: 'logs', image: 'logs:1', resources: { limits: { memory: '64Mi' } } }],
      extraEnv: [{ name: 'TZ', value: 'UTC' }],
      extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
      extraVolumeMounts: [{ name: 'ca', mountPath: '/etc/ca', readOnly: true }],
    },
  ],
];
