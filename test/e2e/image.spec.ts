import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { carryOut, stepsOf } from '../support/image/dockerfile.js';
import { freePort } from '../support/listening.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const PROJECT = resolve(__dirname, '../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');
const LARGEST_BYTES = 250 * 2 ** 20;
/** It builds the whole product, beside other tests. */
const BUILD_LIMIT_MS = 300_000;
const DOCKERFILE = join(PROJECT, 'Dockerfile');

interface Package {
  readonly devDependencies: { readonly node: string };
}

describe('the container image', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'aircheck-image-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it(
    'is made by the steps of its Dockerfile in fresh folders, is small, and serves',
    async () => {
      const root = carryOut(folder);
      const sizeBytes = Number(execFileSync('du', ['-sb', root], { encoding: 'utf8' }).split('\t')[0]);
      process.stdout.write(`The image has ${Math.round(sizeBytes / 2 ** 20)} MiB without Node.\n`);
      expect(sizeBytes).toBeLessThan(LARGEST_BYTES);

      const port = String(await freePort());
      const env = {
        PATH: process.env['PATH'],
        AIRCHECK_HTTP_LISTEN: `127.0.0.1:${port}`,
        AIRCHECK_WEBRTC_UDP_PORT: '0',
        AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '127.0.0.1',
        AIRCHECK_ENGINE_WORKERS: '1',
      };
      const health = join(root, 'opt/aircheck/health.mjs');
      const healthCode = async (): Promise<unknown> => (await once(spawn(NODE, [health], { env }), 'exit'))[0];
      expect(await healthCode()).toBe(1);
      const cwd = join(root, 'var/lib/aircheck');
      const server = spawn(NODE, [join(root, 'opt/aircheck/dist/main.js'), 'serve'], { cwd, env, stdio: 'ignore' });
      try {
        const url = `http://127.0.0.1:${port}`;
        await until(async () => (await fetch(`${url}/readyz`)).ok, 'it is ready');
        expect(await healthCode()).toBe(0);
        expect(await (await fetch(url)).text()).toContain('<title>');
        expect((await fetch(`${url}/api-docs-json`)).status).toBe(200);
      } finally {
        server.kill('SIGTERM');
      }
      expect((await once(server, 'exit'))[0]).toBe(0);
    },
    BUILD_LIMIT_MS,
  );

  it('is nobody’s root, asks for its health by node, and starts without a shell', () => {
    const steps = stepsOf(readFileSync(DOCKERFILE, 'utf8'));
    const last = steps.slice(steps.findLastIndex(({ word }) => word === 'FROM'));
    const of = (word: string): string[] => last.filter((step) => step.word === word).map(({ rest }) => rest);

    expect(of('USER')).toEqual(['1000:1000']);
    expect(of('VOLUME')).toEqual(['/var/lib/aircheck/data']);
    expect(of('HEALTHCHECK')[0]).toContain('CMD ["node", ');
    expect([...of('ENTRYPOINT'), ...of('CMD')].every((rest) => Array.isArray(JSON.parse(rest)))).toBe(true);
  });

  it('has the Node that everything is tested with, as far as its minor version', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Package;
    const base = `node:${/^\d+\.\d+/.exec(devDependencies.node)?.[0]}-slim`;
    const steps = stepsOf(readFileSync(DOCKERFILE, 'utf8'));
    const [label] = steps.filter(({ word }) => word === 'LABEL').map(({ rest }) => rest);

    expect(steps.filter(({ word }) => word === 'FROM').map(({ rest }) => /\S+:\S+/.exec(rest)?.[0])).toEqual(
      Array(3).fill(base),
    );
    expect(label).toContain(`base.name="docker.io/library/${base}"`);
  });

  itWith('hadolint')('has a Dockerfile in which hadolint finds nothing', () => {
    const hadolint = join(homedir(), '.cache/aircheck-test/bin/hadolint');

    expect(execFileSync(hadolint, [DOCKERFILE], { encoding: 'utf8' })).toBe('');
  });
});
