import { parseArgs } from 'node:util';
import { loadConfig } from '../config/index.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { diagnose } from './doctor/doctor.js';
import { linesOf, reportOf } from './doctor/report.js';

const WELL = 0;
const PROBLEMS = 1;
const COULD_NOT_LOOK = 2;

export const doctorCommand: Command = {
  name: 'doctor',
  refusal: 'Nothing was checked',
  summary:
    'Checks what a server with this configuration needs: ports, UDP reachability, disk, clock, database, bucket, kernel limits, and says what to do. --json: one JSON document. Exit code 0 no problems, 1 problems, 2 could not look.',
  failureExitCode: COULD_NOT_LOOK,
  run: examine,
};

async function examine(args: readonly string[], { env, cwd, version }: CommandContext): Promise<void> {
  const { config: configFile, json } = parse(args);
  const report = reportOf(version, await diagnose(loadConfig({ env, cwd, configFile })));
  process.stdout.write(`${json ? JSON.stringify(report) : linesOf(report)}\n`);
  process.exitCode = report.status === 'problem' ? PROBLEMS : WELL;
}

function parse(args: readonly string[]): { readonly config: string | undefined; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { config: { type: 'string', short: 'c' }, json: { type: 'boolean', default: false } },
    });
    return { config: values.config, json: values.json };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
