import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  buildClientSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
  type IntrospectionQuery,
} from 'graphql';
import { ask } from '../support/graphql.js';
import { TestServer } from '../support/server.js';

const FILE = resolve(__dirname, '../../schema.graphql');

/** A change that is meant: `UPDATE_SCHEMA=1` writes the file. */
it('schema.graphql is what the server tells of itself', async () => {
  await using server = await TestServer.start();
  const introspection = await ask<IntrospectionQuery>(server, getIntrospectionQuery());
  const schema = `${printSchema(lexicographicSortSchema(buildClientSchema(introspection)))}\n`;

  if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(FILE, schema);

  expect(await readFile(FILE, 'utf8')).toBe(schema);
});
