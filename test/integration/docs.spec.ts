import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse } from 'yaml';
import { setKey, type ConfigTable } from '../../src/config/config-file.js';
import { removePlannedKeys } from '../../src/config/planned-keys.js';
import { listSettings } from '../../src/config/settings.js';
import { ABSENCE_REASONS } from '../../src/modules/index/timeline/draw-timeline.js';
import { brokenLinks, PROJECT, readPages } from '../support/docs/pages.js';
import { configurationPage } from '../support/docs/configuration-page.js';
import { expectGenerated } from '../support/generated-file.js';
import { itWith } from '../support/tools.js';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly runbook: string };
    }[];
  }[];
}

interface AlertTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: unknown;
}

const ALERTS = 'deploy/prometheus/alerts.yaml';
const ALERT_TESTS = 'deploy/prometheus/alerts.test.yaml';
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const pages = readPages();
const rules = (parse(read(ALERTS)) as Rules).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('deploy/grafana/dashboard.json')) as Dashboard;
/** Words of PromQL and labels; what else has an underscore is a metric. */
const NO_METRICS = new Set(['label_values', '__rate_interval', 'max_over_time']);

/** Names in documented tables, of Node's own metrics, and what Prometheus adds. */
function knownMetrics(): Set<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ofNode = registry.getMetricsAsArray().map(({ name }) => name);
  const documented = [...read('docs/metrics.md').matchAll(/^\| `(\w+)/gm)].map(([, name = '']) => name);
  return new Set(['up', ...ofNode, ...documented]);
}

function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '""')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\b(by|on)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/\b[a-z_]+_[a-z0-9_]+\b|\bup\b/g)]
    .map(([name]) => name)
    .filter((name) => !NO_METRICS.has(name));
}

/** Keys of live777 and liveman that are known, and without effect yet. */
function isPlanned(key: string): boolean {
  const table: ConfigTable = {};
  setKey(table, key, true);
  return removePlannedKeys(table).includes(key);
}

describe('the documentation', () => {
  it('has no link that leads nowhere', () => {
    expect(brokenLinks(pages)).toEqual([]);
    expect(brokenLinks([{ path: 'docs/x.md', text: '[a](auth.md#no-such-heading) [b](nothing.md)' }])).toHaveLength(2);
  });

  it('lists the settings as the schema has them', async () => {
    await expectGenerated('docs/configuration.md', configurationPage());
  });

  it('names no setting that there is not', () => {
    const settings = listSettings();
    // Events have names that begin like the table `stream`.
    const tables = new Set(settings.map(({ key }) => key.split('.')[0]).filter((table) => table !== 'stream'));
    const isKnown = (key: string): boolean =>
      settings.some((one) => one.key === key || one.key.startsWith(`${key}.`)) || isPlanned(key);
    const variables = new Set([...settings.map(({ variable }) => variable), 'AIRCHECK_CONFIG']);
    const files = ['compose.yaml', 'Dockerfile', 'deploy/systemd/aircheck.service'].map((path) => ({
      path,
      text: read(path),
    }));
    const pagesOfUsers = pages.filter(({ path }) => !path.startsWith('docs/adr'));

    const keys = pagesOfUsers.flatMap(({ path, text }) =>
      [...text.matchAll(/`([a-z_]+(?:\.[a-z_]+)+)(?: = [^`]*)?`/g)]
        .map(([, key = '']) => key)
        .filter((key) => tables.has(key.split('.')[0]) && !isKnown(key) && !/\.(ts|md|js|service|toml)$/.test(key))
        .map((key) => `${path}: ${key}`),
    );
    const names = [...pagesOfUsers, ...files].flatMap(({ path, text }) =>
      [...text.matchAll(/\bAIRCHECK_[A-Z][A-Z_]*[A-Z]\b/g)]
        .map(([name]) => name)
        .filter(
          (name) =>
            !variables.has(name) && !/^AIRCHECK_(KILL|INTEROP|TEST|BUILD|DASH_SCHEMA|PORT|SERVICE)|_A_B_C$/.test(name),
        )
        .map((name) => `${path}: ${name}`),
    );
    expect({ keys, names }).toEqual({ keys: [], names: [] });
  });

  it('names every mutation of GraphQL, and every reason for which there is nothing to watch', () => {
    const mutations = /^type Mutation \{\n([^}]*(?:\{[^}]*\}[^}]*)*?)^\}/m.exec(read('schema.graphql'))?.[1] ?? '';
    const named = /\*\*Mutations\*\*([^]*?)\n- \*\*/.exec(read('docs/graphql.md'))?.[1] ?? '';
    const reasons = /\| reason [^]*?\n\n/.exec(read('docs/watching.md'))?.[0] ?? '';
    const codes = (text: string): string[] => [...text.matchAll(/`([a-zA-Z-]+)`/g)].map(([, code = '']) => code).sort();

    expect(codes(named)).toEqual([...mutations.matchAll(/^ {2}(\w+)[(:]/gm)].map(([, name = '']) => name).sort());
    expect(codes(reasons.replaceAll(/\| [^|]*\|$/gm, ''))).toEqual([...ABSENCE_REASONS].sort());
  });

  it('says of every alert what it means and what to do', () => {
    const sections = [...read('docs/operations.md').matchAll(/^### (\w+)$([^#]*)/gm)];

    expect(rules.map(({ alert }) => alert)).toEqual(sections.map(([, name]) => name));
    for (const [section] of sections) expect(section).toMatch(/^\*\*Means\*\*: .*^\*\*Do\*\*:/ms);
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    }
  });

  it('knows every metric that alerts, dashboard and autoscaling ask for', () => {
    const known = knownMetrics();
    const asked = [
      ...rules.map(({ expr }) => expr),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    const { autoscaling } = parse(read('helm/aircheck/values.yaml')) as {
      readonly autoscaling: { readonly metric: string };
    };
    const names = [...asked.flatMap(metricsIn), autoscaling.metric];

    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  itWith('promtool')('has alerts that promtool takes', () => {
    const said = execFileSync('promtool', ['check', 'rules', join(PROJECT, ALERTS)], { encoding: 'utf8' });

    expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  itWith('promtool')('has alerts that fire in trouble, and else do not', () => {
    const said = execFileSync('promtool', ['test', 'rules', join(PROJECT, ALERT_TESTS)], { encoding: 'utf8' });
    const { tests } = parse(read(ALERT_TESTS)) as AlertTests;
    const tested = tests.flatMap(({ alert_rule_test: cases }) => cases);

    expect(said).toContain('SUCCESS');
    for (const fires of [true, false]) {
      const names = tested.filter(({ exp_alerts: alerts }) => alerts.length > 0 === fires).map((one) => one.alertname);
      expect(names).toEqual(rules.map(({ alert }) => alert));
    }
  });
});
