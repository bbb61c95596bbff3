import { parse } from 'yaml';
import { readPages } from '../support/docs/pages.js';
import { Chart, type KubernetesObject } from '../support/chart/chart.js';
import { BUCKET, MATRIX, POSTGRES } from '../support/chart/matrix.js';
import { configurationOf, podOf } from '../support/chart/pod.js';
import { MANAGED } from '../support/chart/values-schema.js';
import { describeWith } from '../support/tools.js';

/** Values that cannot work, and the name that the refusal must have. */
const WRONG: readonly (readonly [object, string])[] = [
  [{ replica: 2 }, 'replica'],
  [{ media: { expose: 'hostPort' } }, 'expose'],
  [{ settings: { AIRCHECK_RECORDER_TIMEZONE: 'UTC' } }, 'AIRCHECK_RECORDER_TIMEZONE'],
  [{ settings: { AIRCHECK_AUTH_TOKENS: 'a-token-that-everybody-reads' } }, 'AIRCHECK_AUTH_TOKENS is secret'],
  [{ settings: { AIRCHECK_LOG_LEVEL: 'loud' } }, 'AIRCHECK_LOG_LEVEL'],
  [{ settings: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: 0 } }, 'AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS'],
  [{ settings: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: 61 } }, 'AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS'],
  [{ settings: { AIRCHECK_RECORDER_STORAGE_TYPE: 'gcs' } }, 'AIRCHECK_RECORDER_STORAGE_TYPE'],
  [{ media: { addresses: ['live.example.org'] } }, '/media/addresses/0'],
  [{ media: { nodePort: { prefix: '32', suffix: '99' } }, ...POSTGRES, replicas: 8 }, 'media.nodePort'],
  [{ persistence: { size: '50GB' } }, '/persistence/size'],
  [{ fullnameOverride: 'Live_1' }, 'fullnameOverride'],
  [{ ...POSTGRES, autoscaling: { enabled: true, minReplicas: 20 } }, 'autoscaling.minReplicas'],
  [{ settings: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: 'six' } }, 'AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS'],
  [{ media: { exposure: 'udp' } }, 'exposure'],
  [{ replicas: 2 }, 'replicas'],
  [{ autoscaling: { enabled: true } }, 'autoscaling'],
  [{ database: 'postgres' }, 'AIRCHECK_DATABASE_URL'],
  [{ persistence: { enabled: false } }, 'persistence.enabled'],
  [{ ...BUCKET, persistence: { enabled: false } }, 'persistence.enabled: false needs database: postgres'],
  [{ media: { exposure: 'loadBalancer' } }, 'media.addresses'],
  [{ media: { tcpPort: 7900 } }, 'media.tcpPort'],
  [{ ingress: { enabled: true } }, 'ingress.hosts'],
  [{ ingress: { enabled: true, hosts: ['https://rec.example.org/'] } }, '/ingress/hosts/0'],
  [{ image: { repository: '' } }, '/image/repository'],
  [{ image: { tag: 'of today' } }, '/image/tag'],
  [{ media: { addresses: ['203.0.113.256'] } }, '/media/addresses/0'],
  [{ media: { addresses: ['203.0.113.5:99999'] } }, '/media/addresses/0'],
  [{ media: { exposure: 'hostPort', tcpPort: 7777 } }, 'media.tcpPort'],
  [{ media: { exposure: 'hostPort', tcpPort: 8080 }, service: { listenPort: 8080 } }, 'media.tcpPort: 8080'],
  [{ media: { exposure: 'hostPort', port: 65_535 } }, 'media.port'],
  [{ media: { addresses: ['203.0.113.5'] } }, 'media.addresses: 203.0.113.5 needs the port'],
  [{ ...POSTGRES, replicas: 2, media: { exposure: 'hostPort', addresses: ['203.0.113.5'] } }, 'media.addresses has 1'],
  [{ podDisruptionBudget: { maxUnavailable: 'half' } }, '/podDisruptionBudget/maxUnavailable'],
  [{ extraVolumes: [{ name: 'data', emptyDir: {} }] }, 'extraVolumes: data'],
  [{ ...POSTGRES, autoscaling: { enabled: true, scaleDownSeconds: 3601 } }, '/autoscaling/scaleDownSeconds'],
  [{ podLabels: { 'app.kubernetes.io/name': 'a' } }, 'podLabels: app.kubernetes.io/name'],
  [{ resources: { limit: { memory: '1Gi' } } }, 'limit'],
  [{ resources: { limits: { memory: '1GB' } } }, '/resources/limits/memory'],
  [{ existingSecret: 'My_Secret' }, '/existingSecret'],
  [{ secrets: { AIRCHECK_AUTH_TOKENS: '' } }, 'AIRCHECK_AUTH_TOKENS'],
  [{ secretRefs: { AIRCHECK_AUTH_TOKENS: { name: 'a' } } }, 'AIRCHECK_AUTH_TOKENS'],
  [{ secrets: { AIRCHECK_DATABASE_URL: 'postgres://a:b@c/d' } }, 'AIRCHECK_DATABASE_URL needs database: postgres'],
  [{ secretRefs: POSTGRES.secretRefs }, 'AIRCHECK_DATABASE_URL needs database: postgres'],
  [{ database: 'postgres', secrets: { AIRCHECK_DATABASE_URL: 'sqlite://a.db' } }, 'AIRCHECK_DATABASE_URL'],
  [
    { database: 'postgres', settings: { AIRCHECK_DATABASE_URL: 'postgres://a:b@c/d' } },
    'settings.AIRCHECK_DATABASE_URL',
  ],
  [{ settings: { AIRCHECK_RECORDER_STORAGE_TYPE: 's3' } }, 'AIRCHECK_RECORDER_STORAGE_BUCKET'],
  [{ extraEnv: [{ name: 'AIRCHECK_HTTP_LISTEN', value: '0.0.0.0:80' }] }, 'extraEnv: AIRCHECK_HTTP_LISTEN'],
  [{ ...POSTGRES, autoscaling: { enabled: true, averageValue: 'forty' } }, '/autoscaling/averageValue'],
  [
    {
      settings: { AIRCHECK_HTTP_METRICS_PUBLIC: false, AIRCHECK_AUTH_JWKS_URL: 'https://id.example.org/keys' },
      serviceMonitor: { enabled: true },
    },
    'serviceMonitor.token',
  ],
];

/** Each block of values on the page. */
const SHOWN = (readPages().find(({ path }) => path === 'docs/kubernetes.md')?.text ?? '')
  .split('```yaml\n')
  .slice(1)
  .map((block) => [parse(block.slice(0, block.indexOf('```'))) as object] as const);

describeWith('helm')('the Helm chart', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  it.each(MATRIX)('is well by helm lint with %s', async (_what, values) => {
    const { exitCode, output } = await chart.lint(values);

    expect({ exitCode, said: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, said: '' });
  });

  it.each(WRONG)('refuses %j and says %s', async (values, name) => {
    const { exitCode, output } = await chart.template(values);

    expect(exitCode).not.toBe(0);
    expect(output).toContain(name);
  });

  it.each(Object.entries(MANAGED))('says that %s is said by %s', async (name, place) => {
    const { output } = await chart.template({ settings: { [name]: 'x' } });

    expect(output).toContain(`settings.${name} is said by ${place}.`);
  });

  it('runs by its defaults: credentials are made, and the node tells publishers where its port is', async () => {
    const objects = await chart.objects({});
    const { config, warnings } = configurationOf(objects);

    expect(warnings).toEqual([]);
    expect(config.auth.tokens[0]).toMatch(/^\w{48}$/);
    expect(config.webrtc.announced_addresses).toEqual(['10.0.0.7:30170']);
    expect(config.recorder.node_alias).toBe('live-aircheck-1');
    const ports = objects
      .filter(({ metadata }) => metadata.name === 'live-aircheck-media-0')
      .map(({ spec }) => spec?.['ports']);
    expect(ports).toMatchObject([[{ nodePort: 30070 }, { nodePort: 30071 }]]);
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['StatefulSet', 'PodDisruptionBudget', 'NetworkPolicy', 'Secret', 'Service']),
    );
  });

  it.each(SHOWN)('takes what docs/kubernetes.md shows: %j', async (values) => {
    const { exitCode, output } = await chart.template({ ...POSTGRES, ...BUCKET, replicas: 2, ...values });

    expect({ exitCode, said: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, said: '' });
  });

  it('replaces the pods whose addresses are others now', async () => {
    const templateAt = async (address: string): Promise<unknown> => {
      const objects = await chart.objects({ media: { addresses: [address] } });
      return objects.find(({ kind }) => kind === 'StatefulSet')?.spec?.['template'];
    };
    const before = await templateAt('203.0.113.5:30070');
    const after = await templateAt('203.0.113.6:30070');

    expect(before).toBeDefined();
    expect(after).not.toEqual(before);
  });

  it('passes the restricted Pod Security Standard, host networking aside', async () => {
    const byDefault = podOf(await chart.objects({}));
    const onHost = podOf(await chart.objects({ media: { exposure: 'hostNetwork' } }));
    const migrating = podOf(await chart.objects(POSTGRES), 'Job');

    for (const pod of [byDefault, onHost, migrating]) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(pod.enableServiceLinks).toBe(false);
    }
    expect(byDefault.hostNetwork).toBeUndefined();
    expect(byDefault.containers[0].ports.filter(({ hostPort }) => hostPort !== undefined)).toEqual([]);
    expect(onHost.hostNetwork).toBe(true);
  });

  it('leaves users and groups to whoever admits the pods, as OpenShift does', async () => {
    const ids = { runAsUser: null, runAsGroup: null, fsGroup: null };
    const objects = await chart.objects({ ...POSTGRES, podSecurityContext: ids });

    for (const maker of ['StatefulSet', 'Job'] as const) {
      const { securityContext } = podOf(objects, maker);
      expect(Object.keys(securityContext).sort()).toEqual(['fsGroupChangePolicy', 'runAsNonRoot', 'seccompProfile']);
    }
  });

  it('takes credentials that are there, and makes none then', async () => {
    const objects = await chart.objects({ existingSecret: 'aircheck' });

    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    expect(JSON.stringify(podOf(objects).containers[0])).toContain('{"secretRef":{"name":"aircheck"}}');
  });

  it('lets a pod drain itself where others say who may: by a key of its own, and no token', async () => {
    const jwks = {
      AIRCHECK_AUTH_JWKS_URL: 'https://id.example.org/keys',
      AIRCHECK_AUTH_ISSUER: 'i',
      AIRCHECK_AUTH_AUDIENCE: 'a',
    };
    const { config, warnings } = configurationOf(await chart.objects({ settings: jwks }));
    const open = configurationOf(await chart.objects({ settings: { AIRCHECK_AUTH_MODE: 'none' } }));

    expect(warnings).toEqual([]);
    expect(config.auth).toMatchObject({ tokens: [], secret: expect.stringMatching(/^\w{48}$/) as string });
    expect(open.config.auth).toMatchObject({ tokens: [], secret: '' });
  });

  it('migrates PostgreSQL in a Job before the upgrade, and SQLite at start', async () => {
    const jobs = async (values: object): Promise<KubernetesObject[]> =>
      (await chart.objects(values)).filter(({ kind }) => kind === 'Job');

    expect(await jobs({})).toEqual([]);
    const [job] = await jobs(POSTGRES);
    expect(job?.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
  });

  it('migrates with a configuration that the server takes', async () => {
    const url = 'postgres://a:b@c/d';
    const objects = await chart.objects({ database: 'postgres', secrets: { AIRCHECK_DATABASE_URL: url } });

    expect(configurationOf(objects, undefined, 'Job').config).toMatchObject({
      database: { url },
      http: { listen: '127.0.0.1:7777' },
    });
  });

  it('gives an upgrade up at once that nodes of the version before have to stop for', async () => {
    const objects = await chart.objects(POSTGRES);
    const job = objects.find(({ kind }) => kind === 'Job');
    const [{ name }] = podOf(objects, 'Job').containers;

    expect(job?.spec?.['podFailurePolicy']).toEqual({
      rules: [{ action: 'FailJob', onExitCodes: { containerName: name, operator: 'In', values: [3] } }],
    });
  });

  it('migrates where pods may run, with the certificates that they reach the database by', async () => {
    const nodes = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }];
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: nodes } };
    const placed = {
      priorityClassName: 'recording',
      serviceAccount: { create: false, name: 'recorder' },
      affinity: { nodeAffinity, podAntiAffinity: {} },
      nodeSelector: { media: 'true' },
      tolerations: [{ key: 'media', operator: 'Exists' }],
      extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
    };
    const given = {
      env: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/ca/ca.crt' }],
      volumeMounts: [{ name: 'ca', mountPath: '/etc/ca', readOnly: true }],
    };
    const ofPods = { name: 'data', mountPath: '/srv' };
    const extraVolumeMounts = [...given.volumeMounts, ofPods];
    const values = { ...POSTGRES, ...placed, extraEnv: given.env, extraVolumeMounts };
    const { nodeSelector, tolerations, priorityClassName } = placed;
    const same = { nodeSelector, tolerations, priorityClassName, serviceAccountName: 'recorder' };
    const objects = await chart.objects(values);

    for (const maker of ['StatefulSet', 'Job'] as const) {
      const pod = podOf(objects, maker);
      expect(pod).toMatchObject({ ...same, affinity: { nodeAffinity }, volumes: placed.extraVolumes });
      expect(pod.containers[0].env).toContainEqual(given.env[0]);
      expect(pod.containers[0]).toMatchObject({ volumeMounts: expect.arrayContaining(given.volumeMounts) as object[] });
    }
    const migrating = JSON.stringify(podOf(objects, 'Job'));
    expect(migrating).not.toContain(ofPods.mountPath);
    expect(migrating).not.toContain('podAntiAffinity');
    expect(podOf(await chart.objects(POSTGRES), 'Job')).not.toHaveProperty('serviceAccountName');
  });

  it('leads a client to the node that it had, by the ways of ingress-nginx and of Traefik, unless it is told otherwise', async () => {
    const annotationsOf = async (values: object): Promise<readonly object[]> => {
      const objects = await chart.objects(values);
      const named = (kind: string): object =>
        objects.find((one) => one.kind === kind && one.metadata.name === 'live-aircheck')?.metadata.annotations ?? {};
      return [named('Ingress'), named('Service')];
    };
    const [hash, cookie] = [
      'nginx.ingress.kubernetes.io/upstream-hash-by',
      'traefik.ingress.kubernetes.io/service.sticky.cookie',
    ];
    const ingress = { enabled: true, hosts: ['rec.example.org'] };

    expect(await annotationsOf({ ingress })).toMatchObject([{ [hash]: '$remote_addr' }, { [cookie]: 'true' }]);
    const changed = { ingress: { ...ingress, annotations: { [hash]: '$http_x_forwarded_for' } } };
    expect((await annotationsOf(changed))[0]).toMatchObject({ [hash]: '$http_x_forwarded_for' });
    for (const annotations of await annotationsOf({ ingress: { ...ingress, sticky: false } }))
      expect(Object.keys(annotations)).not.toEqual(expect.arrayContaining([expect.stringMatching(/hash-by|sticky/)]));
    expect((await annotationsOf({}))[1]).toEqual({});
  });

  it('gives settings to the server as they were written', async () => {
    const large = { AIRCHECK_RECORDER_MIN_FREE_BYTES: 2_147_483_648 };
    const settings = { ...BUCKET.settings, ...large, AIRCHECK_TRACING_SAMPLER_RATIO: 0.25 };
    const { config } = configurationOf(await chart.objects({ settings }));

    expect(config.recorder.auto_streams).toEqual(['cam-*', 'studio']);
    expect(config.recorder.segment_duration_seconds).toBe(4);
    expect(config.http.metrics_public).toBe(false);
    expect(config.tracing.sampler_ratio).toBe(0.25);
    expect(config.recorder.min_free_bytes).toBe(large.AIRCHECK_RECORDER_MIN_FREE_BYTES);

    const none = configurationOf(await chart.objects({ settings: { AIRCHECK_RECORDER_AUTO_STREAMS: [] } }));
    expect(none.config.recorder.auto_streams).toEqual([]);
  });

  it('gives secrets to the server as they were written', async () => {
    const tokens = ['a-token-of-one-person', 'a-token-of-another'];
    const { config } = configurationOf(await chart.objects({ secrets: { AIRCHECK_AUTH_TOKENS: tokens } }));

    expect(config.auth.tokens).toEqual(tokens);
  });
});
