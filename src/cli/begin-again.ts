/**
 * The young generation of each thread, in MiB of each of its halves: V8's own limit is 64, and both the main thread and a
 * worker get there by and by, which is 230 MB for what lives a few milliseconds. Processor caches hold more of a small one.
 */
const YOUNG_MIB = 8;
/** What Node takes from its command line only. */
const FLAGS = [`--max-semi-space-size=${String(YOUNG_MIB)}`];
/**
 * What the C library takes from the environment only: each of thirty threads would have a heap of its own, and keep there what
 * it has freed. One for the main thread and one for the others are some 30 MB less, and cost nothing that can be measured.
 */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };

/** A process as it was started. */
export interface Begun {
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * @returns what the process should have been started with instead; undefined where that says everything already, also where
 *   it says something else: who starts it knows better
 */
export function betterBeginning({ execArgv, argv, env }: Begun): Begun | undefined {
  const said = [...execArgv, ...(env['NODE_OPTIONS'] ?? '').split(' ')].map(nameOf);
  const flags = FLAGS.filter((flag) => !said.includes(nameOf(flag)));
  const hasEnvironment = Object.keys(ENVIRONMENT).every((name) => env[name] !== undefined);
  if (flags.length === 0 && hasEnvironment) return undefined;
  return { execArgv: [...execArgv, ...flags], argv, env: { ...ENVIRONMENT, ...env } };
}

/**
 * Runs this program once more in the same process, with what can be said at the beginning only: some 30 ms. Returns where
 * that was said, where the system has no such call (Windows), and where another process talks to this one by a channel of
 * Node, which would be lost.
 */
export function beginAgain(): void {
  const better = betterBeginning(process);
  if (better === undefined || process.execve === undefined || process.platform === 'win32') return;
  if (process.connected) return;
  const [program = process.execPath, ...args] = better.argv;
  try {
    process.execve(process.execPath, [program, ...better.execArgv, ...args], better.env);
  } catch {
    // Not allowed (node --permission): it goes on as it began.
  }
}

/** Options that are answered at once. */
const QUESTIONS = ['--help', '-h', '--version'];

/** @returns whether a command line starts the server, for which it is worth while; options alone do */
export function startsServer([first = '']: readonly string[]): boolean {
  if (QUESTIONS.includes(first)) return false;
  return first === '' || first === 'serve' || first.startsWith('-');
}

/** `--name=value` and `--name_with_lines` are the same flags to V8. */
function nameOf(flag: string): string {
  return (flag.split('=')[0] ?? '').replaceAll('_', '-');
}
