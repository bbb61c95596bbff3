import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TestServer } from '../support/server.js';

const CHUNKS = resolve(__dirname, '../../dist/chunks');
/** Unpacked they are four thousand, and looking for them is most of a start. */
const MOST_FILES = 250;
/** They know classes by identity, or keep what is registered with them: of a second copy each half would know its own. */
const ONE_OF_EACH = [
  ...['@nestjs/common', '@nestjs/core', '@nestjs/graphql', '@nestjs/typeorm', 'rxjs', 'typeorm'],
  ...['graphql', 'express', 'passport', 'prom-client', 'zod'],
];

/** What V8 writes for `NODE_V8_COVERAGE`, of which here only the files count. */
interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

const packageOf = (path: string): string | undefined => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
const packagesOf = (paths: readonly string[]): Set<string> =>
  new Set(paths.map(packageOf).filter((name) => name !== undefined));

/** Of the main thread, which loads more than any other. */
function loadedFiles(folder: string): string[] {
  const threads = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage);
  const files = threads.map(({ result }) => result.map(({ url }) => url).filter((url) => url.startsWith('file:')));
  return files.find((urls) => urls.some((url) => url.endsWith('/chunks/run.js'))) ?? [];
}

function packedFiles(): string[] {
  const maps = readdirSync(CHUNKS).filter((name) => name.endsWith('.map'));
  return maps.flatMap(
    (name) => (JSON.parse(readFileSync(join(CHUNKS, name), 'utf8')) as { sources: string[] }).sources,
  );
}

describe('the packed server', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aircheck-coverage-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds its code in few files, and no framework twice', async () => {
    await using server = await TestServer.start({ env: { NODE_V8_COVERAGE: folder } });
    expect((await fetch(server.url('/api-docs-json'))).status).toBe(200);
    expect(await server.terminate()).toBe(0);

    const loaded = loadedFiles(folder);
    const packed = packagesOf(packedFiles());
    expect(loaded.length).toBeGreaterThan(10);
    expect(loaded.length).toBeLessThan(MOST_FILES);
    expect([...packed]).toEqual(expect.arrayContaining(ONE_OF_EACH));
    expect([...packagesOf(loaded)].filter((name) => ONE_OF_EACH.includes(name))).toEqual([]);
  });

  it('has a map of where in the sources each line of it was written', () => {
    const said = 'There is no command';
    const lines = readFileSync(join(CHUNKS, 'run.js'), 'utf8').split('\n');
    const line = lines.findIndex((text) => text.includes(said));
    const map = new SourceMap(JSON.parse(readFileSync(join(CHUNKS, 'run.js.map'), 'utf8')) as SourceMapPayload);

    const written = map.findEntry(line, lines[line]?.indexOf('throw') ?? 0);

    if (!('originalSource' in written)) throw new Error('The map has nothing of it.');
    const source = readFileSync(join(CHUNKS, written.originalSource), 'utf8').split('\n');
    expect(written.originalSource).toBe('../../src/cli/run.ts');
    expect(source[written.originalLine]).toContain(said);
  });
});
