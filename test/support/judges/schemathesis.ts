import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ApiDocument } from '../api-description.js';
import type { TestServer } from '../server.js';

const run = promisify(execFile);
/** Where scripts/test-tools.mjs puts it. */
const PROGRAM = join(homedir(), '.cache/aircheck-test/bin/schemathesis');
const HOOKS = join(__dirname, 'schemathesis_hooks.py');
/** Nothing that ends the server's work for all, and no answer that does not end. */
const LEFT_OUT = '/api/v1/drain|/sse/|/events$';
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance'];

export interface FuzzedApi {
  /** Names of what is there, by the parameters that take them. */
  readonly known: Readonly<Record<string, string>>;
  /** Of each operation, beside those that its description leads to. */
  readonly examples: number;
}

export interface FuzzVerdict {
  /** Everything that Schemathesis has to say. */
  readonly report: string;
  readonly isPassed: boolean;
  readonly calls: number;
}

/** Calls every operation of the server's own description with what it allows, and with what it does not. The same calls each time. */
export async function fuzzApi(server: TestServer, { known, examples }: FuzzedApi): Promise<FuzzVerdict> {
  const what = ['--phases', 'coverage,fuzzing', '--max-examples', String(examples), '--exclude-path-regex', LEFT_OUT];
  // One thread: in two, the parser of Python 3.11 now and then loses count of its depth.
  const how = ['--seed', '1', '--workers', '1', '--no-shrink', '--continue-on-failure', '--request-timeout', '10'];
  const description = join(server.folder, 'api.json');
  await writeFile(description, JSON.stringify(withoutDefaults(await server.get<ApiDocument>('/api-docs-json'))));
  const target = [description, '--url', server.url(''), '--checks', CHECKS.join(','), '--warnings', 'off'];
  const args = ['run', ...target, ...what, ...how];
  const env = { ...process.env, SCHEMATHESIS_HOOKS: HOOKS, AIRCHECK_KNOWN: JSON.stringify(known) };
  const { report, isPassed } = await run(PROGRAM, args, { env, cwd: server.folder, maxBuffer: 64 << 20 }).then(
    ({ stdout }) => ({ report: stdout, isPassed: true }),
    (error: unknown) => {
      const { stdout = '', message = '' } = error as { readonly stdout?: string; readonly message?: string };
      return { report: `${stdout}\n${message}`, isPassed: false };
    },
  );
  return { report, isPassed, calls: Number(/(\d+) generated/.exec(report)?.[1] ?? 0) };
}

/** A word for every other status would let each pass. */
function withoutDefaults(document: ApiDocument): ApiDocument {
  const copy = structuredClone(document);
  for (const operation of Object.values(copy.paths).flatMap((path) => Object.values(path))) {
    Reflect.deleteProperty(operation.responses, 'default');
  }
  return copy;
}
