import { z } from 'zod';

/** What a person needs to know of one setting; shown in `.env.example` and in the sentence about a wrong value. */
export interface SettingFacts {
  readonly description: string;
  /** What the value counts or looks like: `seconds`, `ip:port`. */
  readonly unit: string;
  /** What is allowed, to follow "must be". */
  readonly allowed: string;
  /** What of the value must never be shown: all of it, or the credentials in a URL. */
  readonly secret?: 'value' | 'credentials';
}

const factsOf = new WeakMap<z.ZodType, SettingFacts>();

/** Marks a schema as one setting: a leaf of the configuration, with a key, a variable and a default. */
export function setting<T extends z.ZodType>(schema: T, facts: SettingFacts): T {
  factsOf.set(schema, facts);
  return schema;
}

/** A setting that is a whole number in a range. */
export function wholeNumber(range: {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly unit: string;
  readonly description: string;
}): z.ZodDefault<z.ZodNumber> {
  const { min, max, unit, description } = range;
  const allowed = `a whole number from ${min} to ${max}`;
  return setting(z.number().int().min(min).max(max).default(range.default), { description, unit, allowed });
}

/** A setting that is one of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(
  words: T,
  chosen: T[number],
  description: string,
): z.ZodDefault<z.ZodEnum<{ [K in T[number]]: K }>> {
  const schema = z.enum(words).default(chosen as never);
  return setting(schema, {
    description,
    unit: words.join(' | '),
    allowed: words.join(', ').replace(/, ([^,]*)$/, ' or $1'),
  });
}

/** A text that may be empty, which is as good as absent. */
export function text(facts: Omit<SettingFacts, 'allowed'> & { readonly allowed?: string }): z.ZodDefault<z.ZodString> {
  return setting(z.string().max(4096).default(''), { allowed: 'a text', ...facts });
}

/** A setting that is off unless it is set. */
export function flag(description: string, isOn = false): z.ZodDefault<z.ZodBoolean> {
  return setting(z.boolean().default(isOn), { description, unit: 'true | false', allowed: 'true or false' });
}

export function settingFacts(schema: z.ZodType): SettingFacts | undefined {
  return factsOf.get(schema);
}
