import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../..');

const sources = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((name) => readFileSync(join(PROJECT, 'src', name), 'utf8'));

/** Codes of error classes, and those of the framework's own refusals. */
function codesInSources(): string[] {
  const ofClasses = sources.flatMap((text) =>
    [...text.matchAll(/readonly code = '([a-z-]+)'/g)].map(([, code]) => code ?? ''),
  );
  const tables = sources.map((text) => /(?:FRAMEWORK|GRAPHQL)_CODES: [^{]*\{([^}]*)\}/.exec(text)?.[1] ?? '').join('');
  const ofFramework = [...tables.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code ?? '');
  return [...new Set([...ofClasses, ...ofFramework, 'internal'])].sort();
}

it('docs/problems.md explains every code of the sources, and no other', () => {
  const documented = [
    ...readFileSync(join(PROJECT, 'docs/problems.md'), 'utf8').matchAll(/^\| \d{3} +\| `([a-z-]+)`/gm),
  ].map(([, code]) => code ?? '');

  expect(codesInSources().length).toBeGreaterThan(20);
  expect([...documented].sort()).toEqual(codesInSources());
});

it('the page has words for codes that there are', () => {
  const words = readFileSync(join(PROJECT, 'web/src/problem-words.ts'), 'utf8');
  const table = /PROBLEM_WORDS: [^{]*\{(.*?)\n\};/s.exec(words)?.[1] ?? '';
  const codes = [...table.matchAll(/^ {2}'?([a-z-]+)'?:/gm)].map(([, code]) => code ?? '');

  expect(codes.length).toBeGreaterThan(20);
  expect(codesInSources()).toEqual(expect.arrayContaining(codes));
});
