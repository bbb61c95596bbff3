import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { expectGenerated } from '../support/generated-file.js';
import { MANAGED, secretVariables, valuesSchema } from '../support/chart/values-schema.js';

interface Table {
  readonly properties: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>;
}

const OF_OTHERS = ['AIRCHECK_CONFIG', 'PORT', 'DATABASE_URL', 'LOG_LEVEL'];
const chartFile = (name: string): string => readFileSync(resolve(__dirname, '../../helm/aircheck', name), 'utf8');
const example = readFileSync(resolve(__dirname, '../../.env.example'), 'utf8');
const variables = [...example.matchAll(/^#(\w+)=/gm)].map(([, name = '']) => name);

describe('values of the chart', () => {
  it('are checked against what the configuration knows', async () => {
    await expectGenerated('helm/aircheck/values.schema.json', JSON.stringify(valuesSchema()));
  });

  it('are told their place by the template, where that is not among the settings', () => {
    const text = readFileSync(resolve(__dirname, '../../helm/aircheck/templates/_helpers.tpl'), 'utf8');
    const named = (pattern: RegExp): (string | undefined)[] =>
      [...text.matchAll(pattern)].map(([, name]) => name).sort();

    expect(named(/^- (AIRCHECK_\w+)$/gm)).toEqual(secretVariables().sort());
    expect(named(/^(AIRCHECK_\w+): /gm)).toEqual(Object.keys(MANAGED).sort());
  });

  it('are told by docs/kubernetes.md, before anything is installed, where the image is that was pushed', () => {
    const page = readFileSync(resolve(__dirname, '../../docs/kubernetes.md'), 'utf8');
    const { appVersion } = parse(chartFile('Chart.yaml')) as { readonly appVersion: string };
    const { image } = parse(chartFile('values.yaml')) as { readonly image: { readonly repository: string } };
    const steps = page.slice(0, page.indexOf('\n## '));
    const [push = '', pushed, tag] = /^docker buildx build .*--tag (\S+):(\S+) --push/m.exec(steps) ?? [];
    const [install = '', installed] = /^helm install .*--set image\.repository=(\S+)/m.exec(steps) ?? [];
    const between = steps.slice(steps.indexOf(push), steps.indexOf(install));

    expect({ repository: installed, tag }).toEqual({ repository: pushed, tag: appVersion });
    expect(between).toContain('`image.repository`');
    expect(between).toContain(`\`${image.repository}\``);
  });

  it('name the variables of .env.example and no others', () => {
    const text = readFileSync(resolve(__dirname, '../../helm/aircheck/values.schema.json'), 'utf8');
    const { settings, secrets, secretRefs } = (JSON.parse(text) as Table).properties;
    const named = [settings, secrets, secretRefs].flatMap((table) => Object.keys(table?.properties ?? {}));
    const expected = variables.filter((name) => !OF_OTHERS.includes(name));

    expect(expected.length).toBeGreaterThan(80);
    expect(new Set([...named, ...Object.keys(MANAGED)])).toEqual(new Set(expected));
  });
});
