// Compiles the media kernels into the build: `npm run build:server` and every run of the tests, which compile only what has changed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = join(PROJECT, 'src/media/kernels/assembly');
const COMPILED = resolve(PROJECT, process.env.AIRCHECK_BUILD ?? 'dist', 'media/kernels/srtp.wasm');
const OPTIONS = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--use', 'abort='];
/** Any memory of two pages or more: a worker's own. */
const MEMORY = ['--importMemory', '--initialMemory', '2', '--maximumMemory', '65536'];
/** Vectors between functions: none of these is called from outside. */
const QUIET = ['--disableWarning', '112'];

const changedMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** @throws {Error} when the compiler refuses them */
export function buildKernels() {
  const newest = Math.max(...readdirSync(SOURCES).map((name) => changedMs(join(SOURCES, name))));
  if (changedMs(COMPILED) > newest) return;
  mkdirSync(dirname(COMPILED), { recursive: true });
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const partial = `${COMPILED}.${process.pid}`;
  const args = [compiler, join(SOURCES, 'index.ts'), '-o', partial, ...OPTIONS, ...MEMORY, ...QUIET];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: PROJECT });
  if (status !== 0) throw new Error(`The media kernels could not be compiled.\n${stderr}`);
  renameSync(partial, COMPILED);
}

/** Jest's global set-up. */
export default buildKernels;

if (process.argv[1] === fileURLToPath(import.meta.url)) buildKernels();
