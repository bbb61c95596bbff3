import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../..');
const ROW = /^\| (\S.*?) *\| `([^`]+\.ts)` *\| (.+?) *\|$/gm;

it('docs/threats.md names tests that are there', () => {
  const rows = [...readFileSync(join(PROJECT, 'docs/threats.md'), 'utf8').matchAll(ROW)];
  const missing = rows.filter(([, , file = '', name = '']) => {
    const path = join(PROJECT, file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(name);
  });

  expect(rows.length).toBeGreaterThan(30);
  expect(missing.map(([, threat]) => threat)).toEqual([]);
});
