import { z } from 'zod';
import { configSchema } from '../../../src/config/schema.js';
import { listSettings, type Setting } from '../../../src/config/settings.js';
import {
  accessModes,
  affinity,
  annotations,
  duration,
  extraContainers,
  extraVolumeMounts,
  extraVolumes,
  hostAliases,
  ingressTls,
  labels,
  loadBalancerClass,
  metricName,
  networkPolicyPeers,
  objectName,
  pullSecrets,
  resourceClaims,
  tolerations,
  topologySpreadConstraints,
  valueFrom,
} from './kubernetes-parts.js';
import { ADDRESS, IP, NETWORK, PORT } from './networks.js';
import { anyCase, TIME_ZONE } from './time-zone-names.js';

type Schema = Readonly<Record<string, unknown>>;

/** Settings that values of the chart itself say, because other objects have to agree with them. */
export const MANAGED: Readonly<Record<string, string>> = {
  AIRCHECK_HTTP_LISTEN: 'service.listenAddress and listenPort',
  AIRCHECK_WEBRTC_UDP_PORT: 'media.port',
  AIRCHECK_WEBRTC_TCP_PORT: 'media.tcpPort',
  AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: 'media.addresses',
  AIRCHECK_ENGINE_WORKERS: 'media.workers',
  AIRCHECK_RECORDER_NODE_ALIAS: 'the name of the pod',
};

/** Secrets, which a ConfigMap must not have. */
export const secretVariables = (): string[] =>
  listSettings()
    .filter(({ secret }) => secret === 'value')
    .map(({ variable }) => variable);

const text = { type: 'string' };
const flag = { type: 'boolean' };
const object = { type: 'object' };
const port = { type: 'integer', minimum: 1, maximum: 65_535 };
const wholeNumber = { type: 'integer', minimum: 0 };
const count = { type: 'integer', minimum: 1 };
/** An amount as Kubernetes has it: 500m, 50Gi; and as much as it takes, where it is empty. */
const amount = { type: 'string', pattern: '^(\\d+(\\.\\d+)?([EPTGMk]i?|m)?)?$' };
const name = { type: 'string', pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$' };
/** Of an ingress: no scheme, no path, small letters. */
const hostName = {
  type: 'string',
  pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
};
/** One or more of a pod. */
const addresses = { type: 'string', pattern: `^${ADDRESS}(,${ADDRESS})*$` };
const HOST = '(\\[[0-9a-fA-F:.]+\\]|[\\w.-]+)';
const ORIGIN = 'https?://[^\\s/?#@,]+';
/** With path and query, and nobody's name before the host. */
const URL_OF_OTHERS = 'https?://[^\\s/?#@]+([/?#]\\S*)?';
/**
 * What settings look like that the configuration checks by code; what is more is told by the server. Of
 * what may be secret the template tells it, since Helm shows a value that the schema refuses.
 */
const FORMATS: Readonly<Record<string, string>> = {
  'http.public_url': ORIGIN,
  'http.cors_origins': ORIGIN,
  'http.trusted_proxies': NETWORK,
  'auth.jwks_url': '(https://[^\\s/?#@]+|http://(localhost|127\\.[\\d.]+|\\[::1\\])(:\\d+)?)([/?#]\\S*)?',
  'cascade.allowed_networks': NETWORK,
  'extra_ice.coturn.urls': `(${anyCase('stun')}[sS]?:[\\w.:[\\]-]+|${anyCase('turn')}[sS]?:[\\w.:[\\]-]+(\\?${anyCase('transport')}=(${anyCase('udp')}|${anyCase('tcp')}))?)`,
  'recorder.time_zone': TIME_ZONE,
  'tracing.url': URL_OF_OTHERS,
  'webhooks.allowed_networks': NETWORK,
  'webrtc.listen_addresses': IP,
  'webrtc.stun_servers': `${anyCase('stun')}:${HOST}(:${PORT})?`,
  'recorder.upload.liveman_url': `${ORIGIN}/?`,
  ...Object.fromEntries(
    ['recorder.storage', 'recorder.backup_storage'].flatMap((table) => [
      [`${table}.bucket`, '\\w[\\w.-]{2,254}'],
      [`${table}.region`, '[\\w-]+'],
    ]),
  ),
};
/** Other names of Kubernetes than these have a slash. */
const RESOURCE = '^(cpu|memory|ephemeral-storage|hugepages-\\d+[KMGT]i|[a-z0-9][-.a-z0-9]*/\\w[-.\\w]*)$';
const amounts = {
  type: 'object',
  additionalProperties: false,
  patternProperties: { [RESOURCE]: { anyOf: [amount, { type: 'number' }] } },
};
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
  const elsewhere = [...Object.keys(MANAGED), ...secretVariables()];
  const key = { type: 'string', pattern: '^[-._a-zA-Z0-9]+$' };
  const reference = { ...table({ name: { ...objectName, minLength: 1 }, key }), required: ['name', 'key'] };
  const given = (setting: Setting): Schema => ({ ...schemaOf(setting), minLength: 1 });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...table({
      global: object,
      nameOverride: name,
      fullnameOverride: name,
      image: table({
        repository: { type: 'string', pattern: '^[a-z0-9][-._:/a-z0-9]*$' },
        tag: { type: 'string', pattern: '^(\\w[-.\\w]{0,127}(@sha256:[0-9a-f]{64})?)?$' },
        pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
        pullSecrets,
      }),
      replicas: count,
      settings: table({
        ...Object.fromEntries(open.map((setting) => [setting.variable, schemaOf(setting)])),
        ...Object.fromEntries(elsewhere.map((variable) => [variable, SAID_BY_TEMPLATE])),
      }),
      secrets: table(Object.fromEntries(secret.map((setting) => [setting.variable, given(setting)]))),
      secretRefs: table(Object.fromEntries(any.map(({ variable }) => [variable, reference]))),
      existingSecret: objectName,
      database: oneOf('sqlite', 'postgres'),
      media: table({
        exposure: oneOf('nodePort', 'hostPort', 'hostNetwork', 'loadBalancer', 'none'),
        workers: { type: 'integer', minimum: 1, maximum: 30 },
        port,
        tcpPort: { ...port, minimum: 0 },
        announceNodeAddress: flag,
        addresses: { type: 'array', items: addresses },
        nodePort: table({ prefix: { ...text, pattern: '^3[0-2]$' }, suffix: { ...text, pattern: '^\\d{2}$' } }),
        loadBalancer: table({ class: loadBalancerClass, annotations: { type: 'array', items: annotations } }),
        serviceAnnotations: annotations,
      }),
      persistence: table({
        enabled: flag,
        existingClaim: objectName,
        size: { ...amount, minLength: 1 },
        storageClassName: objectName,
        accessModes,
        emptyDirSizeLimit: amount,
      }),
      service: table({
        type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'),
        port,
        nodePort: { type: 'integer', anyOf: [{ const: 0 }, { minimum: 30_000, maximum: 32_767 }] },
        loadBalancerClass,
        ipFamilies: { type: 'array', items: oneOf('IPv4', 'IPv6'), uniqueItems: true },
        ipFamilyPolicy: oneOf('', 'SingleStack', 'PreferDualStack', 'RequireDualStack'),
        listenAddress: { type: 'string', pattern: `^(podIP|${IP})?$` },
        listenPort: port,
        annotations,
      }),
      ingress: table({
        enabled: flag,
        className: objectName,
        annotations,
        sticky: flag,
        hosts: { type: 'array', items: hostName },
        tls: ingressTls,
      }),
      resources: table({ requests: amounts, limits: amounts, claims: resourceClaims }),
      terminationGracePeriodSeconds: { type: 'integer', minimum: 40, maximum: 86_400 },
      podDisruptionBudget: table({
        enabled: flag,
        maxUnavailable: { type: ['integer', 'string'], minimum: 0, pattern: '^\\d{1,3}%$' },
      }),
      autoscaling: table({
        enabled: flag,
        minReplicas: count,
        maxReplicas: count,
        metric: metricName,
        averageValue: { ...amount, minLength: 1 },
        scaleDownSeconds: { type: 'integer', minimum: 60, maximum: 3600 },
      }),
      networkPolicy: table({ enabled: flag, httpFrom: networkPolicyPeers }),
      serviceMonitor: table({
        enabled: flag,
        interval: { ...duration, minLength: 1 },
        scrapeTimeout: duration,
        labels,
        token: { anyOf: [reference, { ...object, maxProperties: 0 }] },
      }),
      prometheusRule: table({ enabled: flag, labels }),
      grafanaDashboard: table({ enabled: flag, labels }),
      serviceAccount: table({ create: flag, name: objectName, annotations }),
      podSecurityContext: table({
        runAsUser: count,
        runAsGroup: wholeNumber,
        fsGroup: wholeNumber,
        supplementalGroups: { type: 'array', items: wholeNumber },
      }),
      runtimeClassName: objectName,
      priorityClassName: objectName,
      nodeSelector: labels,
      tolerations,
      affinity,
      topologySpreadConstraints,
      podAnnotations: annotations,
      podLabels: labels,
      annotations,
      extraEnv: {
        type: 'array',
        items: {
          ...table({ name: environmentName(settings), value: text, valueFrom }),
          required: ['name'],
          not: { required: ['value', 'valueFrom'] },
        },
      },
      extraVolumes,
      extraVolumeMounts,
      extraContainers,
      hostAliases,
    }),
  };
}

/** Lets them through to the template, which says where they belong: a schema can only say that they are not here. */
const SAID_BY_TEMPLATE: Schema = { description: 'Not here: see docs/kubernetes.md, settings and secrets.' };

const checked = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });

function schemaOf({ key, shape, description, unit, default: byDefault }: Setting): Schema {
  const types = {
    text: 'string',
    number: 'integer',
    boolean: 'boolean',
    list: ['array', 'string'],
    tables: 'string',
  } as const;
  const plain = byDefault === undefined || Array.isArray(byDefault) ? {} : { default: byDefault };
  return { type: types[shape], ...limitsOf(key, shape), description: `${description} [${unit}]`, ...plain };
}

/** What begins as our variables do is one of them, or the server would not know it. */
function environmentName(settings: readonly Setting[]): Schema {
  const ours = ['AIRCHECK_CONFIG', ...settings.map(({ variable }) => variable)];
  return {
    type: 'string',
    pattern: '^[-._a-zA-Z][-._a-zA-Z0-9]*$',
    if: { pattern: '^AIRCHECK_' },
    then: { enum: ours },
  };
}

/** What the server takes: words, from where to where, or what looks like it. */
function limitsOf(key: string, shape: Setting['shape']): Schema {
  const leaf = key.split('.').reduce<JsonTable>((table, name) => table.properties?.[name] ?? {}, checked as JsonTable);
  if (shape === 'list') return formatOfList(FORMATS[key]);
  // In quotes, too, as --set-string and other generators of values write it.
  if (shape === 'boolean') return { type: ['boolean', 'string'], enum: [true, false, 'true', 'false'] };
  if (shape !== 'number' && shape !== 'text') return {};
  const { type, minimum, maximum, enum: words } = leaf;
  const format = FORMATS[key];
  const pattern = format && `^(${format})?$`;
  return Object.fromEntries(
    Object.entries({ type: shape === 'number' ? type : undefined, minimum, maximum, enum: words, pattern }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

/** A list may be a text, too, with commas; empty members are dropped. */
function formatOfList(format: string | undefined): Schema {
  if (format === undefined) return {};
  const member = `\\s*(${format})?\\s*`;
  return { pattern: `^${member}(,${member})*$`, items: { type: 'string', pattern: `^${member}$` } };
}

interface JsonTable {
  readonly properties?: Readonly<Record<string, JsonTable>>;
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}
