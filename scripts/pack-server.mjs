// Packs the built server's main thread into few files: `npm run build:server`. What it looks for at start, among thousands, is found at once (docs/adr/0032-packed-server.md).
// An entry keeps its place, so what lies beside it is still found; the files that it was made of stay where they are, for the database's command line and the benches.
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const BUILT = join(PROJECT, 'dist');
const CHUNKS = 'chunks';

/** Entries by the name of their packed file. A thread's file lies beside the chunk that starts it. */
const ENTRIES = {
  main: join(BUILT, 'main.js'),
  [`${CHUNKS}/checkpoint-worker`]: join(BUILT, 'persistence/sqlite-log/checkpoint-worker.js'),
};

/** They look for files of their own, carry programs, or are loaded only where a setting names them. */
const LEFT_ALONE = [
  'better-sqlite3',
  'pg',
  'pino',
  'pino-http',
  'pino-pretty',
  'swagger-ui-dist',
  'ali-oss',
  '@aws-sdk',
];

/** Frameworks ask for them, and go on without. */
const ABSENT = [
  ...['class-validator', 'class-transformer', 'ts-morph', 'bufferutil', 'utf-8-validate'],
  ...['@nestjs/microservices', '@nestjs/websockets', '@fastify/static', '@as-integrations/fastify'],
  ...['@apollo/subgraph', '@apollo/gateway'],
];

const names = [...LEFT_ALONE, ...ABSENT].map((name) => name.replaceAll('/', '\\/')).join('|');
const EXTERNAL = new RegExp(`^(node:|(${names})(\\/|$))`);

/** Packages of ES modules that `require` others by a function of their own, which a packer does not see: the other one would be loaded a second time, from its own files. */
const REQUIRE_MADE = /^const require = createRequire\(import\.meta\.url\);$/m;
const seenRequires = {
  name: 'seen-requires',
  transform: {
    filter: { id: /node_modules\/@nestjs\/[^?]+\.js$/, code: REQUIRE_MADE },
    handler: (code) => ({ code: code.replace(REQUIRE_MADE, ''), map: null }),
  },
};

/** A stack says where in `src` something is, for whoever starts Node with `--enable-source-maps`. */
const sourcesOfSources = {
  name: 'sources-of-sources',
  load: {
    filter: { id: /\/dist\/(?!.*node_modules)[^?]+\.js$/ },
    async handler(id) {
      if (!id.startsWith(BUILT)) return null;
      const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')]);
      return { code, map };
    },
  },
};

const bundle = await rolldown({
  cwd: PROJECT,
  input: ENTRIES,
  platform: 'node',
  external: EXTERNAL,
  plugins: [seenRequires, sourcesOfSources],
  onLog(level, log, pass) {
    if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    if (level !== 'warn') pass(level, log);
  },
});
rmSync(join(BUILT, CHUNKS), { recursive: true, force: true });
await bundle.write({
  dir: BUILT,
  format: 'esm',
  // The framework, the database and the schema go by the names of classes.
  keepNames: true,
  sourcemap: true,
  comments: false,
  entryFileNames: '[name].js',
  chunkFileNames: `${CHUNKS}/[name].js`,
});
await bundle.close();
