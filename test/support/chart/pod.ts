import { loadConfig, type LoadedConfig } from '../../../src/config/index.js';
import type { KubernetesObject } from './chart.js';

interface Container {
  readonly name: string;
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
  }[];
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

/** The configuration that the process in the second pod has, read by the server's own reader. */
export function configurationOf(objects: readonly KubernetesObject[], downward = DOWNWARD): LoadedConfig {
  const named = (kind: string): Fields =>
    objects.find((one) => one.kind === kind && one.metadata.name === 'live-aircheck')?.data ?? {};
  const secret = Object.entries(named('Secret')).map(([name, value]) => [
    name,
    Buffer.from(value, 'base64').toString(),
  ]);
  const env: Record<string, string> = {
    ...named('ConfigMap'),
    ...(Object.fromEntries(secret) as Record<string, string>),
  };
  for (const { name, value, valueFrom } of podOf(objects).containers[0].env) {
    const field = valueFrom?.fieldRef?.fieldPath;
    const text = value ?? (field === undefined ? undefined : downward[field]);
    if (text !== undefined) env[name] = text.replace(/\$\((\w+)\)/g, (_, other: string) => env[other] ?? '');
  }
  return loadConfig({ env, cwd: '/nowhere' });
}
