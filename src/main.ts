#!/usr/bin/env node
import './cli/file-threads.js';
import './cli/garbage-collection.js';
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './cli/run.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  version,
  engineWorkerUrl: new URL('./engine/worker.js', import.meta.url),
  webRoot: fileURLToPath(new URL('./web', import.meta.url)),
});
