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

export const drainCommand: Command = {
  name: 'drain',
  refusal: 'Nothing was drained',
  summary:
    'Lets the server on this machine take no new publishers. --wait SECONDS: until its publishers have left, so long at most. --to ORIGIN: new ones are sent there instead of being refused. Exit code 0 nobody is left, 1 somebody is, 2 it does not answer.',
  failureExitCode: COULD_NOT_ASK,
  run: drain,
};

async function drain(args: readonly string[], { env, cwd }: CommandContext): Promise<void> {
  const { configFile, waitSeconds, to } = parse(args);
  const server = new RunningServer(loadConfig({ env, cwd, configFile }).config);
  const untilMs = performance.now() + waitSeconds * 1000;
  const drainOnce = (): Promise<number> => publishersAfter(server, to);
  let publishers = await drainOnce();
  while (publishers > 0 && performance.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    publishers = await drainOnce();
  }
  process.stdout.write(`The server takes no new publishers; ${String(publishers)} are left.\n`);
  process.exitCode = publishers === 0 ? NOBODY_LEFT : SOME_LEFT;
}

/** Asking again changes nothing. */
async function publishersAfter(server: RunningServer, to: string | undefined): Promise<number> {
  try {
    const response = await server.ask('POST', '/api/v1/drain', { to });
    if (response.ok) return ((await response.json()) as { publishers: number }).publishers;
    throw new Error(`it answered ${String(response.status)}`);
  } catch (error) {
    process.stderr.write(`The server of this configuration cannot be drained: ${reasonOf(error)}.\n`);
    process.exit(COULD_NOT_ASK);
  }
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
