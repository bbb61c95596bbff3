import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format } from 'prettier';
import { AppModule } from '../../src/app.module.js';
import { ALL_RIGHTS } from '../../src/modules/auth/ports/right.js';
import type { Access } from '../../src/modules/auth/ports/permission.decorator.js';
import { callsOf, type Call } from '../support/permissions.js';

const FILE = resolve(__dirname, '../../docs/auth.md');
const TABLE = /(?<=<!-- permissions -->\n\n)[^]*?(?=<!-- end of permissions -->)/;

const WHERE = { server: 'all streams', stream: 'the stream', owner: 'its stream', content: 'streams it is about' };

function columnsOf(access: Access | undefined): string[] {
  if (access === undefined) return ['', '', '', '', '', 'nobody said'];
  if (access === 'public') return ['', '', '', '', '', 'everyone'];
  if (access === 'signed-in') return ['', '', '', '', '', 'any token'];
  return [...ALL_RIGHTS.map((right) => (access.rights.includes(right) ? 'yes' : '')), WHERE[access.on.by]];
}

function tableOf(title: string, calls: readonly Call[]): string {
  const rows = [
    [title, ...ALL_RIGHTS, 'on'],
    Array.from({ length: ALL_RIGHTS.length + 2 }, () => '---'),
    ...calls.map(({ name, access }) => [`\`${name}\``, ...columnsOf(access)]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

describe('permissions', () => {
  const { routes, fields } = callsOf(AppModule);

  it('are stated for every route and every resolver', () => {
    expect(routes.length).toBeGreaterThan(40);
    expect(fields.length).toBeGreaterThan(30);
    expect([...routes, ...fields].filter(({ access }) => access === undefined)).toEqual([]);
  });

  /** A change that is meant: `UPDATE_DOCS=1` writes the file. */
  it('are those that docs/auth.md has', async () => {
    const options = { parser: 'markdown' } as const;
    const table = `${await format(`${tableOf('Route', routes)}\n\n${tableOf('GraphQL field', fields)}\n`, options)}\n`;
    const text = await readFile(FILE, 'utf8');

    if (process.env['UPDATE_DOCS'] === '1') await writeFile(FILE, text.replace(TABLE, table));

    expect(TABLE.exec(await readFile(FILE, 'utf8'))?.[0]).toBe(table);
  });
});
