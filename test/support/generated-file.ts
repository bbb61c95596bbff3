import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

const PROJECT = resolve(__dirname, '../..');

/** Expects a file of the project to be what it is generated to be; UPDATE_DOCS=1 writes it. @param path from the project's folder */
export async function expectGenerated(path: string, text: string): Promise<void> {
  const file = join(PROJECT, path);
  const options = await resolveConfig(file, { editorconfig: true });
  const wanted = await format(text, { ...options, filepath: file });
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, wanted);
  expect(readFileSync(file, 'utf8')).toBe(wanted);
}
