import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const GENERATOR = resolve(__dirname, '../../../node_modules/gql.tada/bin/cli.js');
const CONFIG = join(__dirname, 'tsconfig.json');

export const GENERATED_FILE = join(__dirname, 'graphql-env.d.ts');

/** Writes the types that gql.tada makes of schema.graphql. */
export async function generateTypes(path: string): Promise<void> {
  await run(process.execPath, [GENERATOR, 'generate-output', '--tsconfig', CONFIG, '--output', path]);
}

/** @returns which documents of the client do not fit schema.graphql, empty when all do */
export function checkDocuments(): Promise<string> {
  return run(process.execPath, [GENERATOR, 'check', '--tsconfig', CONFIG, '--fail-on-warn']).then(
    () => '',
    (error: unknown) => {
      const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
      return stdout + stderr;
    },
  );
}
