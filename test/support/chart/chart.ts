import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { goModule } from '../go-module.js';
import { pathWithGo } from '../path-with-go.js';

const CHART = resolve(__dirname, '../../../helm/aircheck');
const { kubeVersion } = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as { readonly kubeVersion: string };
/** The lowest version that the chart promises to run on, and the newest of which schemas are here. */
export const KUBERNETES = { lowest: /^>=([\d.]+)-0$/.exec(kubeVersion)?.[1] ?? '', newest: '1.37.0' } as const;
const PYTHON = join(homedir(), '.cache/aircheck-test/bin/python3');
/** The definitions of what the Prometheus operator adds to Kubernetes. */
const OPERATOR = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

const KINDS = [
  '_definitions',
  ...['configmap-v1', 'secret-v1', 'service-v1', 'serviceaccount-v1', 'statefulset-apps-v1', 'job-batch-v1'],
  ...['poddisruptionbudget-policy-v1', 'horizontalpodautoscaler-autoscaling-v2'],
  ...['ingress-networking-v1', 'networkpolicy-networking-v1'],
];

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** How a program ended. */
export interface Ran {
  readonly exitCode: number;
  readonly output: string;
}

/** Helm over the chart, in a folder of its own. */
export class Chart implements AsyncDisposable {
  private readonly rendered: string[] = [];

  private constructor(
    private readonly folder: string,
    private readonly kubernetes: string,
  ) {}

  static async open(kubernetes: string = KUBERNETES.newest): Promise<Chart> {
    return new Chart(await mkdtemp(join(tmpdir(), 'aircheck-chart-')), kubernetes);
  }

  lint(values: object): Promise<Ran> {
    return this.helm(['lint', '--strict', '--kube-version', this.kubernetes, CHART], values);
  }

  /** What Helm says, and makes of the values where they are right. @param more of Helm's own options */
  async template(values: object, more: readonly string[] = [], release = 'live'): Promise<Ran> {
    const ran = await this.helm(['template', release, CHART, '--kube-version', this.kubernetes, ...more], values);
    if (ran.exitCode !== 0) return ran;
    const file = join(this.folder, `objects-${this.rendered.length}.yaml`);
    writeFileSync(file, ran.output);
    this.rendered.push(file);
    return ran;
  }

  /** @throws when the values are refused */
  async objects(values: object, more: readonly string[] = [], release?: string): Promise<KubernetesObject[]> {
    const { exitCode, output } = await this.template(values, more, release);
    if (exitCode !== 0) throw new Error(output);
    return parseAllDocuments(output)
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null);
  }

  /** What is said after an installation, which Helm shows with a cluster only: as an object more of a copy of the chart. */
  async notes(values: object): Promise<string> {
    const copy = join(this.folder, 'with-notes');
    await cp(CHART, copy, { recursive: true, dereference: true });
    const template = await readFile(join(copy, 'templates/NOTES.txt'), 'utf8');
    const object = `{{ define "notes" }}${template}{{ end }}\nkind: Notes\ntext: {{ include "notes" . | toJson }}\n`;
    await writeFile(join(copy, 'templates/notes.yaml'), object);
    const { exitCode, output } = await this.helm(
      ['template', 'live', copy, '--kube-version', this.kubernetes, '--show-only', 'templates/notes.yaml'],
      values,
    );
    if (exitCode !== 0) throw new Error(output);
    return (parse(output) as { readonly text: string }).text;
  }

  /** Strictly, against the schemas of Kubernetes and of the operator: what kubeconform says of all that was rendered. */
  async conform(): Promise<Ran> {
    writeKubernetesSchemas(this.folder, this.kubernetes);
    writeOperatorSchemas(this.folder);
    const schemas = join(this.folder, '{{.ResourceKind}}{{.KindSuffix}}.json');
    const options = ['-strict', '-summary', '-kubernetes-version', this.kubernetes, '-schema-location', schemas];
    return run('kubeconform', [...options, ...this.rendered]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async helm(args: readonly string[], values: object): Promise<Ran> {
    const file = join(this.folder, 'values.json');
    await writeFile(file, JSON.stringify(values));
    return run('helm', [...args, '--values', file]);
  }
}

function run(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: pathWithGo() };
    execFile(program, args, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : Number(error.code);
      resolve({ exitCode, output: exitCode === 0 ? stdout : stderr + stdout });
    });
  });
}

/** Those of the kinds that the chart makes, in which references lead to each other instead of to a cluster. */
function writeKubernetesSchemas(folder: string, version: string): void {
  const ask = ['-c', 'import kubernetes_validate as k; print(k.__path__[0])'];
  const root = execFileSync(PYTHON, ask, { encoding: 'utf8' }).trim();
  for (const name of KINDS) {
    const file = join(root, `kubernetes-json-schema/v${version}-local-strict/${name}.json`);
    // By their identifier they would be looked for on the web, and its draft knows no $defs.
    const { $id: _id, $schema: _draft, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const text = JSON.stringify(schema).replaceAll('$defs', 'definitions');
    writeFileSync(join(folder, `${name}.json`), text.replaceAll('"/api/_definitions.json#', '"_definitions.json#'));
  }
}

interface Definition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: object } }[];
  };
}

function writeOperatorSchemas(folder: string): void {
  const root = goModule(OPERATOR, folder);
  for (const name of ['servicemonitors', 'prometheusrules']) {
    const file = join(root, `jsonnet/prometheus-operator/${name}-crd.json`);
    const { spec } = JSON.parse(readFileSync(file, 'utf8')) as Definition;
    const [version] = spec.versions;
    const schema = JSON.stringify(strict(version?.schema.openAPIV3Schema));
    writeFileSync(join(folder, `${spec.names.kind.toLowerCase()}-monitoring-v1.json`), schema);
  }
}

/** A schema that refuses what it does not name, as the operator's webhook does. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]));
  const isClosed = typeof inner['properties'] === 'object' && inner['type'] === 'object';
  if (!isClosed || 'additionalProperties' in inner) return inner;
  const isMetadata = Object.keys(inner['properties'] as object).length === 0;
  return isMetadata ? inner : { ...inner, additionalProperties: false };
}
