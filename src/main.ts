#!/usr/bin/env node
import './cli/file-threads.js';
import './cli/garbage-collection.js';
import 'reflect-metadata';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beginAgain, startsServer } from './cli/begin-again.js';
import { complaintAboutNode } from './cli/node-version.js';
import { keepExperimentalWarningsBack } from './cli/quiet-warnings.js';
import { prepareThread } from './engine/worker-thread.js';

keepExperimentalWarningsBack(process);
const complaint = complaintAboutNode(process.versions.node);
if (complaint !== undefined) {
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}

const { version, gitHead } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
  /** npm puts it into packages that it makes. */
  gitHead?: string;
};
const args = process.argv.slice(2);
const engineWorkerUrl = new URL('./engine/worker.js', import.meta.url);
if (startsServer(args)) {
  beginAgain();
  prepareThread(engineWorkerUrl);
}
// Not before: on an older Node it cannot even be loaded.
const { run } = await import('./cli/run.js');

await run(args, {
  cwd: process.cwd(),
  env: process.env,
  version,
  gitHash: gitHead ?? '',
  buildTime: statSync(fileURLToPath(import.meta.url)).mtime.toISOString(),
  engineWorkerUrl,
  webRoot: fileURLToPath(new URL('./web', import.meta.url)),
});
