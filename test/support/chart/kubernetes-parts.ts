import { CIDR, IP } from './networks.js';

type Schema = Readonly<Record<string, unknown>>;

/** A part of an object, with the fields that Kubernetes has since 1.28, or since the version that is said. */
function part(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  const needed = required.length > 0 ? { required } : {};
  return { type: 'object', additionalProperties: false, properties, ...needed };
}
/** Exactly one of these. */
const one = (properties: Readonly<Record<string, Schema>>): Schema => ({
  ...part(properties),
  minProperties: 1,
  maxProperties: 1,
});
const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...words: readonly string[]): Schema => ({ enum: words });
const text = { type: 'string' };
const texts = list(text);
const flag = { type: 'boolean' };
const number = { type: 'integer' };
const named = { type: 'string', minLength: 1 };
const anything = (...names: readonly string[]): Readonly<Record<string, Schema>> =>
  Object.fromEntries(names.map((name) => [name, {}]));

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const WORD = '[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?';
/** A name of an object (RFC 1123), or nothing. */
export const objectName = { type: 'string', pattern: `^(${SUBDOMAIN})?$`, maxLength: 253 };
/** By patternProperties: of propertyNames Helm says the wrong place. */
const keyed = (value: Schema): Schema => ({
  type: 'object',
  additionalProperties: false,
  patternProperties: { [`^(${SUBDOMAIN}/)?${WORD}$`]: value },
});
export const annotations = keyed(text);
/** Of a Service: with a prefix, or one of Kubernetes' own. */
export const loadBalancerClass = {
  type: 'string',
  pattern: `^((${SUBDOMAIN}/)?${WORD})?$`,
};
const labelValue = { type: 'string', pattern: `^(${WORD})?$`, maxLength: 63 };
export const labels = keyed(labelValue);

const requirements = list(part({ key: named, operator: named, values: texts }, ['key', 'operator']));
const labelSelector = part({ matchLabels: labels, matchExpressions: requirements });
const nodeTerm = part({ matchExpressions: requirements, matchFields: requirements });
const podTerm = part(
  {
    labelSelector,
    topologyKey: named,
    namespaces: texts,
    namespaceSelector: labelSelector,
    // 1.29
    matchLabelKeys: texts,
    mismatchLabelKeys: texts,
  },
  ['topologyKey'],
);
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const podAffinity = part({
  [REQUIRED]: list(podTerm),
  [PREFERRED]: list(part({ weight: number, podAffinityTerm: podTerm }, ['weight', 'podAffinityTerm'])),
});
export const affinity = part({
  nodeAffinity: part({
    [REQUIRED]: part({ nodeSelectorTerms: list(nodeTerm) }, ['nodeSelectorTerms']),
    [PREFERRED]: list(part({ weight: number, preference: nodeTerm }, ['weight', 'preference'])),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
});

export const tolerations = list(
  part({
    key: text,
    // Lt and Gt: 1.35
    operator: oneOf('Exists', 'Equal', 'Lt', 'Gt'),
    value: text,
    effect: oneOf('', 'NoSchedule', 'PreferNoSchedule', 'NoExecute'),
    tolerationSeconds: number,
  }),
);

export const topologySpreadConstraints = list(
  part(
    {
      maxSkew: { type: 'integer', minimum: 1 },
      topologyKey: named,
      whenUnsatisfiable: oneOf('DoNotSchedule', 'ScheduleAnyway'),
      labelSelector,
      minDomains: { type: 'integer', minimum: 1 },
      nodeAffinityPolicy: oneOf('Honor', 'Ignore'),
      nodeTaintsPolicy: oneOf('Honor', 'Ignore'),
      matchLabelKeys: texts,
    },
    ['maxSkew', 'topologyKey', 'whenUnsatisfiable'],
  ),
);

const keyOf = part({ name: text, key: named, optional: flag }, ['key']);
export const valueFrom = one({
  configMapKeyRef: keyOf,
  secretKeyRef: keyOf,
  fieldRef: part({ apiVersion: text, fieldPath: named }, ['fieldPath']),
  resourceFieldRef: part({ containerName: text, resource: named, divisor: {} }, ['resource']),
  // 1.34
  fileKeyRef: part(anything('volumeName', 'path', 'key', 'optional')),
});

const files = list(part({ key: named, path: named, mode: number }, ['key', 'path']));
/** A name and one source: those that are written most are known in full, the others by their name. */
export const extraVolumes = list({
  ...part(
    {
      name: { type: 'string', pattern: `^${LABEL}$`, maxLength: 63 },
      configMap: part({ name: text, items: files, defaultMode: number, optional: flag }),
      secret: part({ secretName: text, items: files, defaultMode: number, optional: flag }),
      persistentVolumeClaim: part({ claimName: named, readOnly: flag }, ['claimName']),
      emptyDir: part({ medium: text, sizeLimit: {} }),
      hostPath: part({ path: named, type: text }, ['path']),
      nfs: part({ server: named, path: named, readOnly: flag }, ['server', 'path']),
      ...anything('projected', 'downwardAPI', 'csi', 'ephemeral', 'azureFile', 'azureDisk', 'awsElasticBlockStore'),
      ...anything('gcePersistentDisk', 'iscsi', 'fc', 'rbd', 'cephfs', 'cinder', 'glusterfs', 'flocker', 'flexVolume'),
      ...anything('gitRepo', 'photonPersistentDisk', 'portworxVolume', 'quobyte', 'scaleIO', 'storageos'),
      ...anything('vsphereVolume', 'image'),
    },
    ['name'],
  ),
  minProperties: 2,
  maxProperties: 2,
});
export const extraVolumeMounts = list(
  part(
    {
      name: named,
      mountPath: { type: 'string', minLength: 1, pattern: '^/[^:]*$' },
      subPath: text,
      subPathExpr: text,
      readOnly: flag,
      mountPropagation: oneOf('None', 'HostToContainer', 'Bidirectional'),
      recursiveReadOnly: oneOf('Disabled', 'IfPossible', 'Enabled'),
    },
    ['name', 'mountPath'],
  ),
);

const hostName = { type: 'string', pattern: `^${SUBDOMAIN}$`, maxLength: 253 };
export const hostAliases = list(
  part({ ip: { type: 'string', pattern: `^${IP}$` }, hostnames: { ...list(hostName), minItems: 1 } }, [
    'ip',
    'hostnames',
  ]),
);
/** What Kubernetes has no other word for than these; what is in them is told by it. */
export const extraContainers = list(
  part(
    {
      name: { type: 'string', pattern: `^${LABEL}$`, maxLength: 63 },
      image: named,
      imagePullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
      command: texts,
      args: texts,
      workingDir: text,
      env: list(part({ name: named, value: text, valueFrom }, ['name'])),
      volumeMounts: extraVolumeMounts,
      ...anything('envFrom', 'ports', 'resources', 'volumeDevices', 'lifecycle', 'securityContext', 'resizePolicy'),
      ...anything('startupProbe', 'livenessProbe', 'readinessProbe'),
      ...anything('terminationMessagePath', 'terminationMessagePolicy', 'stdin', 'stdinOnce', 'tty'),
    },
    ['name', 'image'],
  ),
);

const network = { type: 'string', pattern: `^${CIDR}$` };
/** A network, or what selects pods. */
export const networkPolicyPeers = list({
  ...part({
    ipBlock: part({ cidr: network, except: list(network) }, ['cidr']),
    namespaceSelector: labelSelector,
    podSelector: labelSelector,
  }),
  minProperties: 1,
  if: { required: ['ipBlock'] },
  then: { maxProperties: 1 },
});

export const ingressTls = list(part({ hosts: texts, secretName: objectName }));
export const pullSecrets = list(part({ name: { ...objectName, minLength: 1 } }, ['name']));
export const resourceClaims = list(part({ name: named, request: text }, ['name']));
/** As Prometheus has it: 30s, 1m30s; or nothing. */
export const duration = {
  type: 'string',
  pattern: '^(0|(\\d+y)?(\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?)$',
};
/** At least one, and of those that can be written to. */
export const accessModes = {
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: oneOf('ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'),
};
export const metricName = { type: 'string', pattern: '^[A-Za-z_][-\\w.:]*$' };
