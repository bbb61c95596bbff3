import { registerEnumType } from '@nestjs/graphql';

/**
 * Words of ours as a GraphQL enum: `publisher-left` is `PUBLISHER_LEFT` there.
 *
 * @returns what `@Field` and `@Args` name it by
 */
export function enumOf(name: string, words: readonly string[], description: string): object {
  const values = Object.fromEntries(words.map((word) => [word.toUpperCase().replaceAll('-', '_'), word]));
  registerEnumType(values, { name, description });
  return values;
}
