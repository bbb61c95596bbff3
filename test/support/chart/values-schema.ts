import { listSettings, type Setting } from '../../../src/config/settings.js';

type Schema = Readonly<Record<string, unknown>>;

/** Settings that values of the chart itself say, because other objects have to agree with them. */
export const MANAGED: Readonly<Record<string, string>> = {
  AIRCHECK_HTTP_LISTEN: 'service.port',
  AIRCHECK_WEBRTC_UDP_PORT: 'media.port',
  AIRCHECK_WEBRTC_TCP_PORT: 'media.tcpPort',
  AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: 'media.addresses',
  AIRCHECK_ENGINE_WORKERS: 'media.workers',
  AIRCHECK_RECORDER_NODE_ALIAS: 'the name of the pod',
};

const text = { type: 'string' };
const flag = { type: 'boolean' };
const texts = { type: 'array', items: text };
const labels = { type: 'object', additionalProperties: text };
/** Parts of Kubernetes objects: what is wrong in them is told when the objects are. */
const object = { type: 'object' };
const objects = { type: 'array', items: object };
const port = { type: 'integer', minimum: 1, maximum: 65_535 };
const count = { type: 'integer', minimum: 1 };
const oneOf = (...words: string[]): Schema => ({ enum: words });
const table = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
});

/** @returns the JSON Schema of the chart's values: its own by hand, the settings as the configuration knows them */
export function valuesSchema(): Schema {
  const settings = listSettings();
  const open = settings.filter(({ secret, variable }) => secret !== 'value' && !(variable in MANAGED));
  const secret = settings.filter((one) => one.secret !== undefined);
  const any = settings.filter(({ variable }) => !(variable in MANAGED));
  const reference = { ...table({ name: text, key: text }), required: ['name', 'key'] };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...table({
      global: object,
      nameOverride: text,
      fullnameOverride: text,
      image: table({
        repository: text,
        tag: text,
        pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
        pullSecrets: objects,
      }),
      replicas: count,
      settings: table(Object.fromEntries(open.map((setting) => [setting.variable, schemaOf(setting)]))),
      secrets: table(Object.fromEntries(secret.map((setting) => [setting.variable, schemaOf(setting)]))),
      secretRefs: table(Object.fromEntries(any.map(({ variable }) => [variable, reference]))),
      existingSecret: text,
      database: oneOf('sqlite', 'postgres'),
      media: table({
        exposure: oneOf('nodePort', 'hostPort', 'hostNetwork', 'loadBalancer', 'none'),
        workers: { type: 'integer', minimum: 1, maximum: 30 },
        port,
        tcpPort: { ...port, minimum: 0 },
        announceNodeAddress: flag,
        addresses: texts,
        nodePort: table({ prefix: { ...text, pattern: '^3[0-2]$' }, suffix: { ...text, pattern: '^\\d{2}$' } }),
        serviceAnnotations: labels,
      }),
      persistence: table({
        enabled: flag,
        size: text,
        storageClassName: text,
        accessModes: texts,
        emptyDirSizeLimit: text,
      }),
      service: table({ type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'), port, annotations: labels }),
      ingress: table({ enabled: flag, className: text, annotations: labels, sticky: flag, hosts: texts, tls: objects }),
      resources: object,
      terminationGracePeriodSeconds: { type: 'integer', minimum: 40, maximum: 86_400 },
      podDisruptionBudget: table({ enabled: flag, maxUnavailable: { type: ['integer', 'string'] } }),
      autoscaling: table({
        enabled: flag,
        minReplicas: count,
        maxReplicas: count,
        metric: text,
        averageValue: text,
        scaleDownSeconds: { type: 'integer', minimum: 60 },
      }),
      networkPolicy: table({ enabled: flag, httpFrom: objects }),
      serviceMonitor: table({ enabled: flag, interval: text, labels }),
      prometheusRule: table({ enabled: flag, labels }),
      grafanaDashboard: table({ enabled: flag, labels }),
      serviceAccount: table({ create: flag, name: text, annotations: labels }),
      priorityClassName: text,
      nodeSelector: labels,
      tolerations: objects,
      affinity: object,
      topologySpreadConstraints: objects,
      podAnnotations: labels,
      podLabels: labels,
      annotations: labels,
      extraEnv: objects,
      extraVolumes: objects,
      extraVolumeMounts: objects,
    }),
  };
}

function schemaOf({ shape, description, unit, default: byDefault }: Setting): Schema {
  const types = {
    text: 'string',
    number: 'integer',
    boolean: 'boolean',
    list: ['array', 'string'],
    tables: 'string',
  } as const;
  const plain = byDefault === undefined || Array.isArray(byDefault) ? {} : { default: byDefault };
  return { type: types[shape], description: `${description} [${unit}]`, ...plain };
}
