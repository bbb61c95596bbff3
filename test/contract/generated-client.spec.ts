import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDocuments, GENERATED_FILE, generateTypes } from '../support/generated-client/generator.js';

/** A change of the schema that is meant: `UPDATE_SCHEMA=1` writes the file. */
it('the types of the generated client are what the generator makes of schema.graphql', async () => {
  if (process.env['UPDATE_SCHEMA'] === '1') await generateTypes(GENERATED_FILE);
  const folder = await mkdtemp(join(tmpdir(), 'aircheck-types-'));
  try {
    const path = join(folder, 'graphql-env.d.ts');
    await generateTypes(path);

    expect(await readFile(GENERATED_FILE, 'utf8')).toBe(await readFile(path, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('its documents fit schema.graphql', async () => {
  expect(await checkDocuments()).toBe('');
});
