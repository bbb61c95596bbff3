import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const PROJECT = resolve(__dirname, '../..');
const ROW = /^\| (\S.*?) *\| `([^`]+\.spec\.ts)` *\| (.+?) *\|$/gm;

/** @returns what a file calls with a title and a function: its suites and tests, whatever `it` is called there */
function titlesIn(path: string): Set<string> {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [title, body] = node.arguments;
      const isTest = body !== undefined && (ts.isArrowFunction(body) || ts.isFunctionExpression(body));
      if (isTest && title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest));
  return titles;
}

it('docs/threats.md names tests that are there', () => {
  const text = readFileSync(join(PROJECT, 'docs/threats.md'), 'utf8');
  const rows = [...text.matchAll(ROW)];
  const missing = rows.filter(([, , file = '', name = '']) => {
    const path = join(PROJECT, file);
    return !existsSync(path) || !titlesIn(path).has(name);
  });

  expect(rows.length).toBeGreaterThan(30);
  expect(rows).toHaveLength(text.split('\n').filter((line) => line.startsWith('| ')).length - 2);
  expect(missing.map(([, threat]) => threat)).toEqual([]);
});
