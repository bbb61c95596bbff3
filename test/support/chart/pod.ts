import { loadConfig, type LoadedConfig } from '../../../src/config/index.js';
import type { KubernetesObject } from './chart.js';

interface Container {
  readonly name: string;
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: {
      readonly fieldRef?: { readonly fieldPath: string };
      readonly secretKeyRef?: { readonly name: string; readonly key: string };
    };
  }[];
  readonly envFrom?: readonly object[];
  readonly securityContext: object;
  readonly ports: readonly { readonly containerPort: number; readonly hostPort?: number }[];
}

interface PodSpec {
  readonly containers: readonly [Container];
  readonly hostNetwork?: boolean;
  readonly enableServiceLinks: boolean;
  readonly securityContext: object;
  readonly terminationGracePeriodSeconds: number;
}

export function podOf(objects: readonly KubernetesObject[], maker: 'StatefulSet' | 'Job' = 'StatefulSet'): PodSpec {
  const { spec } = objects.find(({ kind }) => kind === maker) ?? {};
  return (spec?.['template'] as { spec: PodSpec }).spec;
}

type Fields = Readonly<Record<string, string>>;

/** What the downward API says of the second pod of a release. */
const DOWNWARD: Fields = {
  'metadata.name': 'live-aircheck-1',
  'status.hostIP': '10.0.0.7',
  'status.hostIPs': '10.0.0.7,fd00::7',
  'status.podIP': '10.1.0.7',
  "metadata.labels['apps.kubernetes.io/pod-index']": '1',
};
/** And on a cluster of IPv6 alone. */
export const DOWNWARD_OF_IPV6: Fields = {
  ...DOWNWARD,
  'status.hostIP': 'fd00::7',
  'status.hostIPs': 'fd00::7',
  'status.podIP': 'fd01::7',
};

function dataOf(objects: readonly KubernetesObject[], kind: 'ConfigMap' | 'Secret', name = 'live-aircheck'): Fields {
  const data = objects.find((one) => one.kind === kind && one.metadata.name === name)?.data ?? {};
  if (kind === 'ConfigMap') return data;
  const plain = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const);
  return Object.fromEntries(plain);
}

/** The configuration that the process has, in the second pod or in that of the Job, read by the server's own reader. */
export function configurationOf(
  objects: readonly KubernetesObject[],
  downward = DOWNWARD,
  maker: 'StatefulSet' | 'Job' = 'StatefulSet',
): LoadedConfig {
  const [{ env: variables, envFrom }] = podOf(objects, maker).containers;
  const all = { ...dataOf(objects, 'ConfigMap'), ...dataOf(objects, 'Secret') };
  const env: Record<string, string> = envFrom === undefined ? {} : all;
  for (const { name, value, valueFrom } of variables) {
    const { fieldRef, secretKeyRef } = valueFrom ?? {};
    const ofField = fieldRef && downward[fieldRef.fieldPath];
    const text = value ?? ofField ?? (secretKeyRef && dataOf(objects, 'Secret', secretKeyRef.name)[secretKeyRef.key]);
    if (text !== undefined) env[name] = text.replace(/\$\((\w+)\)/g, (_, other: string) => env[other] ?? '');
  }
  return loadConfig({ env, cwd: '/nowhere' });
}
