import type { z } from 'zod';
import { getKey, type ConfigTable } from './config-file.js';
import type { Setting } from './settings.js';

/** @returns one sentence for each setting that the schema refused: key, value, what is allowed */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  given: ConfigTable,
  settings: readonly Setting[],
  variables: ReadonlyMap<string, string>,
): string[] {
  const sentences = issues.flatMap((issue) => {
    const key = issue.path.join('.');
    const setting = settings.find((known) => key === known.key || key.startsWith(`${known.key}.`));
    if (setting !== undefined) return [describeSetting(setting, placeIn(setting, issue), given, variables)];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((name) => `${[...issue.path, name].join('.')} is not a setting.`);
    return [`${key} must be a table of settings.`];
  });
  return [...new Set(sentences)];
}

/** Of tables with names of their own, as those of streams, the one that is wrong, and what of it. */
function placeIn({ key }: Setting, { path }: z.core.$ZodIssue): string {
  const names = path.slice(key.split('.').length);
  const index = names.findIndex((name) => typeof name === 'number');
  return [key, ...(index < 0 ? names : names.slice(0, index))].join('.');
}

function describeSetting(
  setting: Setting,
  place: string,
  given: ConfigTable,
  variables: ReadonlyMap<string, string>,
): string {
  const variable = variables.get(setting.key);
  const from = variable === undefined ? '' : ` (from ${variable})`;
  return `${place}${from} is ${shownValue(setting, getKey(given, setting.key))} and must be ${setting.allowed}.`;
}

function shownValue({ secret }: Setting, value: unknown): string {
  if (secret === 'value') return '(hidden)';
  const text = JSON.stringify(value);
  const shown = secret === 'credentials' ? text.replace(/\/\/.*@/, '//***@').replace(/\?.*(?=")/, '?***') : text;
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}
