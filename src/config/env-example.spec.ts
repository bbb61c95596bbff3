import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { listSettings } from './settings.js';

const OF_OTHERS = ['AIRCHECK_CONFIG', 'PORT', 'DATABASE_URL', 'LOG_LEVEL'];

interface Example {
  readonly variable: string;
  readonly value: string;
  readonly unit: string;
}

/** A variable is a comment with its unit in brackets and below it the commented assignment of its default. */
function readExamples(): Example[] {
  const text = readFileSync(resolve(__dirname, '../../.env.example'), 'utf8');
  const examples = text.matchAll(/^# [^[\n]* \[(.+)\]\n#(\w+)=(.*)$/gm);
  return [...examples].map(([, unit = '', variable = '', value = '']) => ({ variable, value, unit }));
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

describe('.env.example', () => {
  it('names exactly the settings of the schema, with unit and default', () => {
    const expected = listSettings().map((setting) => ({
      variable: setting.variable,
      value: shown(setting.default),
      unit: setting.unit,
    }));

    expect(readExamples().filter(({ variable }) => !OF_OTHERS.includes(variable))).toEqual(expected);
  });

  it('names the variables of others that are read', () => {
    expect(readExamples().map(({ variable }) => variable)).toEqual(expect.arrayContaining(OF_OTHERS));
  });

  it('assigns nothing that is not described', () => {
    const text = readFileSync(resolve(__dirname, '../../.env.example'), 'utf8');

    expect(text.match(/^#?\w+=/gm)).toHaveLength(readExamples().length);
  });
});
