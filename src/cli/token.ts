import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { loadConfig, ConfigError } from '../config/index.js';
import { hashPassword } from '../modules/auth/accounts/password.js';
import { NO_ORIGIN } from '../modules/auth/ports/origin.js';
import { modeOf } from '../modules/auth/ports/right.js';
import { tokenInput, type TokenBody } from '../modules/auth/token-input.js';
import { makeToken } from '../modules/auth/tokens/make-token.js';
import { SigningKey } from '../modules/auth/tokens/signing-key.js';
import { UsageError, type Command, type CommandContext } from './command.js';

const USAGE =
  'token hash reads a password from standard input and writes what auth.accounts takes; token create --id STREAM --duration SECONDS [--subscribe] [--publish] [--admin] writes a token that auth.secret signs.';

export const tokenCommand: Command = {
  name: 'token',
  refusal: 'No token was made',
  summary: USAGE,
  run: ([what, ...args], context) => {
    if (what === 'hash' && args.length === 0) return hash();
    if (what === 'create') return create(args, context);
    throw new UsageError(`Usage: ${USAGE}`);
  },
};

/** On the command line the password would be everybody's to read. */
async function hash(): Promise<void> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new UsageError('There is no password on standard input.');
  process.stdout.write(`${await hashPassword(password)}\n`);
}

async function create(args: readonly string[], { env, cwd }: CommandContext): Promise<void> {
  const { configFile, wanted } = parse(args);
  const { config } = loadConfig({ env, cwd, configFile });
  const signing = new SigningKey(config);
  if (!signing.isLasting) throw new ConfigError(['auth.secret is not configured: it signs tokens.']);
  const { id: scope, duration: durationSeconds, ...rights } = wanted;
  const content = {
    scope,
    durationSeconds,
    mode: modeOf(rights),
    subject: undefined,
    accountVersion: undefined,
    origin: NO_ORIGIN,
  };
  const { text: token } = await makeToken(signing.key, content);
  process.stdout.write(`${token}\n`);
}

function parse(args: readonly string[]): { readonly configFile: string | undefined; readonly wanted: TokenBody } {
  const flag = { type: 'boolean', default: false } as const;
  const string = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c' },
        id: string,
        duration: string,
        subscribe: flag,
        publish: flag,
        admin: flag,
      },
    });
    const { config, duration, ...wanted } = values;
    return { configFile: config, wanted: tokenInput.parse({ ...wanted, duration: Number(duration) }) };
  } catch (error) {
    throw new UsageError(`Usage: ${USAGE}`, { cause: error });
  }
}
