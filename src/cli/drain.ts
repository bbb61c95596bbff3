import { parseArgs } from 'node:util';
import { isHttpUrlOrEmpty, loadConfig } from '../config/index.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { reasonOf } from './doctor/finding.js';
import { RunningServer } from './running-server.js';

const POLL_MS = 2000;
const LONGEST_WAIT_SECONDS = 86_400;
const NOBODY_LEFT = 0;
const SOME_LEFT = 1;
const COULD_NOT_ASK = 2;
const SERVER_ERROR = 500;

export const drainCommand: Command = {
  name: 'drain',
  refusal: 'Nothing was drained',
  summary:
    'Lets the server on this machine take no new publishers. --wait SECONDS: until its publishers have left, so long at most. --to ORIGIN: new ones are sent there instead of being refused. Exit code 0 nobody is left, 1 somebody is, 2 it does not answer.',
  failureExitCode: COULD_NOT_ASK,
  run: drain,
};

/** What the server says of itself. */
interface Drained {
  readonly draining: boolean;
  readonly publishers: number;
}

async function drain(args: readonly string[], { env, cwd }: CommandContext): Promise<void> {
  const { configFile, waitSeconds, to } = parse(args);
  const server = new RunningServer(loadConfig({ env, cwd, configFile }).config);
  const untilMs = performance.now() + waitSeconds * 1000;
  let drained: Drained | undefined;
  let reason = '';
  for (;;) {
    const wasDraining = drained?.draining === true;
    const answer = await (wasDraining ? ask(server, 'GET') : ask(server, 'POST', { to }));
    if (typeof answer === 'string') reason = answer;
    else drained = answer;
    // Started anew meanwhile, it takes publishers again.
    if (wasDraining && drained?.draining === false) continue;
    if (drained?.publishers === 0 || performance.now() >= untilMs) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  if (drained?.draining !== true) giveUp(reason);
  process.stdout.write(`The server takes no new publishers; ${String(drained.publishers)} are left.\n`);
  process.exitCode = drained.publishers === 0 ? NOBODY_LEFT : SOME_LEFT;
}

/** @returns why there was no answer this time: a server that has much to do may have one later. Ends the process where there will be none */
async function ask(server: RunningServer, method: 'GET' | 'POST', body?: object): Promise<Drained | string> {
  try {
    const response = await server.ask(method, '/api/v1/drain', body);
    if (response.ok) return (await response.json()) as Drained;
    const reason = `it answered ${String(response.status)}`;
    return response.status < SERVER_ERROR ? giveUp(reason) : reason;
  } catch (error) {
    return isNobodyThere(error) ? giveUp(reasonOf(error)) : reasonOf(error);
  }
}

function isNobodyThere(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function giveUp(reason: string): never {
  process.stderr.write(`The server of this configuration cannot be drained: ${reason}.\n`);
  process.exit(COULD_NOT_ASK);
}

interface Wanted {
  readonly configFile: string | undefined;
  readonly waitSeconds: number;
  /** Origin of a node that takes new publishers meanwhile. */
  readonly to: string | undefined;
}

function parse(args: readonly string[]): Wanted {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c' },
        wait: { type: 'string', default: '0' },
        to: { type: 'string' },
      },
    });
    const waitSeconds = Number(values.wait);
    if (!Number.isInteger(waitSeconds) || waitSeconds < 0 || waitSeconds > LONGEST_WAIT_SECONDS) {
      throw new RangeError(`--wait takes whole seconds, ${String(LONGEST_WAIT_SECONDS)} at most.`);
    }
    if (values.to === '' || !isHttpUrlOrEmpty(values.to ?? '')) {
      throw new RangeError('--to takes an origin: http(s)://HOST[:PORT].');
    }
    return { configFile: values.config, waitSeconds, to: values.to };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
