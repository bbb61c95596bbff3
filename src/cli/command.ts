import type { Build } from '../platform/info/build.js';

/** What the entry file alone can tell, and the surroundings of the process. */
export interface CommandContext extends Build {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly engineWorkerUrl: URL;
  /** Folder of the built page. */
  readonly webRoot: string;
}

/** One word of the command line: `aircheck <name>`. */
export interface Command {
  readonly name: string;
  /** One line of the help. */
  readonly summary: string;
  /** What a sentence begins with that says why the command could not begin. */
  readonly refusal: string;
  /** Exit code when the command could not do its work; 1 unless said. */
  readonly failureExitCode?: number;
  /**
   * @param args what follows the name
   * @throws {UsageError} when the arguments make no sense
   */
  run(args: readonly string[], context: CommandContext): Promise<void>;
}

/** The command line makes no sense; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
