// Compiles the media kernels into the build: `npm run build:server` and every run of the tests, which compile only what has changed.
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
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

/** Jest's global set-up. @throws {Error} when the compiler refuses them */
export default async function buildKernels() {
  const newest = Math.max(...readdirSync(SOURCES).map((name) => changedMs(join(SOURCES, name))));
  if (changedMs(COMPILED) > newest) return;
  const { main } = await import('assemblyscript/asc');
  mkdirSync(dirname(COMPILED), { recursive: true });
  const partial = `${COMPILED}.${process.pid}`;
  const paths = [join(SOURCES, 'index.ts'), '-o', partial].map((path) =>
    isAbsolute(path) ? relative(PROJECT, path) : path,
  );
  const args = ['--baseDir', PROJECT, ...paths, ...OPTIONS, ...MEMORY, ...QUIET];
  const { error, stderr } = await main(args, {});
  if (error) throw new Error(`The media kernels could not be compiled.\n${stderr.toString()}`, { cause: error });
  renameSync(partial, COMPILED);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels();
