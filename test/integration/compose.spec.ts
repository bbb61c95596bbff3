import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/index.js';
import { goModule } from '../support/go-module.js';
import { describeWith } from '../support/tools.js';

const PROJECT = resolve(__dirname, '../..');
/** Docker Compose reads files with it (Apache-2.0). */
const COMPOSE = 'github.com/compose-spec/compose-go/v2@v2.9.0';
/** A version that stays what it is: no `latest`, and not the newest of a year or of a line. */
const EXACT = /^[-.\w/]+:(\d+\.\d+[-.\w]*|RELEASE\.[-\w]+)$/;
/** `${NAME}`, `${NAME:-what is taken instead}`, `${NAME:?what is asked for}`. */
const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

interface ComposeFile {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image: string;
        readonly build?: string;
        readonly environment?: Readonly<Record<string, string>>;
        readonly depends_on?: Readonly<Record<string, unknown>>;
      }
    >
  >;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = readFileSync(join(PROJECT, 'compose.yaml'), 'utf8');
const example = readFileSync(join(PROJECT, 'deploy/compose/example.env'), 'utf8');
const asked = [...text.matchAll(VARIABLE)];
const file = parse(text) as ComposeFile;

/** What Compose gives to a service when each variable has a value. */
function environmentOf(service: string, values: (name: string) => string): Record<string, string> {
  const entries = Object.entries(file.services[service]?.environment ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value.replace(VARIABLE, (_, asking: string) => values(asking))]),
  );
}

describe('compose.yaml', () => {
  it('asks for the variables of its example, and for no others', () => {
    const named = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name);

    expect([...new Set(asked.map(([, name]) => name))].sort()).toEqual(named.sort());
  });

  it('refuses to start without its secrets', () => {
    const demanded = asked.filter(([, , kind]) => kind === '?').map(([, name]) => name);

    expect(demanded.sort()).toEqual([
      'ADMIN_TOKEN',
      'MINIO_PASSWORD',
      'POSTGRES_PASSWORD',
      'PUBLIC_ADDRESS',
      'TURN_SECRET',
    ]);
  });

  it('names volumes and services that are there', () => {
    const needed = Object.values(file.services).flatMap(({ depends_on: others = {} }) => Object.keys(others));
    const mounted = [...text.matchAll(/volumes: \['(\w+):/g)].map(([, name]) => name);

    expect(needed.filter((name) => !(name in file.services))).toEqual([]);
    expect(mounted.sort()).toEqual(Object.keys(file.volumes).sort());
  });

  it('names an exact version of each image that it does not build', () => {
    const fetched = Object.values(file.services).filter(({ build }) => build === undefined);

    expect(fetched.map(({ image }) => image).filter((image) => !EXACT.test(image))).toEqual([]);
    const loose = ['coturn/coturn', 'coturn/coturn:latest', 'postgres:17', 'localhost:5000/minio'];
    expect(loose.filter((image) => EXACT.test(image))).toEqual([]);
  });

  it('gives the server settings that it takes', () => {
    const address = '203.0.113.5';
    const env = environmentOf('aircheck', (name) =>
      name === 'PUBLIC_ADDRESS' ? address : `a-secret-for-${name.toLowerCase()}`,
    );

    const { config, warnings } = loadConfig({ env, cwd: '/nowhere' });

    expect(warnings).toEqual([]);
    expect(config.recorder.storage.type).toBe('s3');
    expect(config.webrtc.announced_addresses).toEqual([address]);
  });
});

describeWith('go')('compose.yaml, by the schema of Compose', () => {
  let validate: ValidateFunction;
  beforeAll(() => {
    const path = join(goModule(COMPOSE, tmpdir()), 'schema/compose-spec.json');
    const { $schema: _draft, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  });

  it('is well', () => {
    validate(file);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('would not be with a word that Compose does not know', () => {
    expect(validate(parse(text.replace('stop_grace_period', 'stop_grace_time')))).toBe(false);
  });
});
