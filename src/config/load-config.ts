import { authWarnings } from './auth-schema.js';
import { getKey, readConfigFile, setKey } from './config-file.js';
import { ConfigError } from './config.errors.js';
import { contradictions } from './contradictions.js';
import type { Environment } from './environment-value.js';
import { environmentValues, readEnvironment, unknownVariables } from './environment.js';
import { removePlannedKeys } from './planned-keys.js';
import { describeIssues } from './problems.js';
import { configSchema, type AppConfig } from './schema.js';
import { listSettings } from './settings.js';
import { takeUploadNames } from './upload-options.js';

export interface LoadConfigOptions {
  readonly env: Environment;
  /** Where `.env` and `aircheck.toml` are looked for. */
  readonly cwd: string;
  /** A file named on the command line; beats `AIRCHECK_CONFIG`. */
  readonly configFile?: string | undefined;
}

export interface LoadedConfig {
  readonly config: AppConfig;
  /** One sentence each, to be logged once. */
  readonly warnings: readonly string[];
}

/**
 * Reads the whole configuration once: `AIRCHECK_*` beats `PORT`, `DATABASE_URL` and `LOG_LEVEL`, which beat the file,
 * which beats the defaults.
 *
 * @throws {ConfigError} with everything that is wrong
 */
export function loadConfig({ env, cwd, configFile }: LoadConfigOptions): LoadedConfig {
  const settings = listSettings();
  const environment = readEnvironment(cwd, env);
  const given = readConfigFile(cwd, configFile ?? environment['AIRCHECK_CONFIG']);
  const warnings = removePlannedKeys(given).map((key) => `${key} is not supported yet and has no effect.`);
  const values = environmentValues(environment, settings, getKey(given, 'http.listen'));
  for (const { key, value } of values) setKey(given, key, value);
  const unknown = unknownVariables(environment, settings);
  if (unknown.ignored.length > 0) warnings.push(`Unknown variables are ignored: ${unknown.ignored.join(', ')}.`);

  const uploadNames = takeUploadNames(given);
  warnings.push(...uploadNames.warnings);
  const result = configSchema.safeParse(given);
  if (!result.success) {
    const variables = new Map(values.map(({ key, variable }) => [key, variable]));
    throw new ConfigError([...unknown.problems, ...describeIssues(result.error.issues, given, settings, variables)]);
  }
  const problems = [...unknown.problems, ...uploadNames.problems, ...contradictions(result.data)];
  if (problems.length > 0) throw new ConfigError(problems);
  warnings.push(...authWarnings(result.data.auth));
  return { config: result.data, warnings };
}
