import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../../..');
/** Takes minutes over a network, and is what the installation of this project was made by. */
const WHOLE_INSTALL = /^npm ci(?!.*--omit)/;

export interface Step {
  readonly word: string;
  readonly rest: string;
}

/** @returns the instructions of the Dockerfile in order, continued lines joined */
export function stepsOf(text: string): Step[] {
  const lines = text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    return { word, rest: rest.replace(/\s+/g, ' ').trim() };
  });
}

interface Stage {
  readonly name: string;
  readonly root: string;
  workdir: string;
}

/**
 * Carries the Dockerfile out in fresh folders, one for each stage: what the build context does not give, or a step forgets, is not
 * there. The base image alone is this machine.
 *
 * @returns the root of the image
 */
export function carryOut(folder: string): string {
  const stages: Stage[] = [];
  for (const { word, rest } of stepsOf(readFileSync(join(PROJECT, 'Dockerfile'), 'utf8'))) {
    const stage = stages.at(-1);
    if (word === 'FROM') {
      const name = / AS (\w+)$/i.exec(rest)?.[1] ?? 'image';
      stages.push({ name, root: join(folder, name), workdir: '/' });
    } else if (stage === undefined) throw new Error(`${word} is before FROM.`);
    else if (word === 'WORKDIR') {
      stage.workdir = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    } else if (word === 'COPY') copy(rest, stage, stages);
    else if (word === 'RUN') execute(rest, stage);
  }
  return stages.at(-1)?.root ?? '';
}

function copy(rest: string, stage: Stage, stages: readonly Stage[]): void {
  const [, from, what = ''] = /^(?:--from=(\w+) )?(.*)$/.exec(rest) ?? [];
  const words = what.split(' ');
  const target = words.pop() ?? '';
  const source = from === undefined ? PROJECT : stages.find(({ name }) => name === from)?.root;
  if (source === undefined) throw new Error(`There is no stage ${String(from)}.`);
  const into = join(stage.root, resolve(stage.workdir, target));
  for (const word of words) {
    const path = join(source, word);
    if (from === undefined) assertInContext(word);
    const isFolder = target.endsWith('/') || words.length > 1;
    const destination = isFolder ? join(into, basename(word)) : into;
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(path, destination, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (name) => from !== undefined || isInContext(name),
    });
  }
}

/** The list of .dockerignore, in the form that it has: all is left out but what follows a `!`. */
function assertInContext(word: string): void {
  const kept = readFileSync(join(PROJECT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  if (!kept.some((line) => word === line.slice(1) || word.startsWith(`${line.slice(1)}/`))) {
    throw new Error(`.dockerignore keeps ${word} from the builder.`);
  }
}

function isInContext(path: string): boolean {
  return !path.endsWith('.spec.ts') && !/\/node_modules(\/|$)/.test(path.slice(PROJECT.length));
}

function execute(rest: string, { root, workdir }: Stage): void {
  const cwd = join(root, workdir);
  if (WHOLE_INSTALL.test(rest)) {
    symlinkSync(join(PROJECT, 'node_modules'), join(cwd, 'node_modules'));
    return;
  }
  const words = rest.startsWith('[') ? (JSON.parse(rest) as string[]) : ['sh', '-c', rest];
  const [program = '', ...args] = words.map((word) => (word.startsWith('/var/') ? join(root, word) : word));
  const path = `${join(PROJECT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
  execFileSync(program, args, { cwd, env: { ...process.env, PATH: path }, stdio: 'pipe' });
}
