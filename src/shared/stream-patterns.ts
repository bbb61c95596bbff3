/** Names by patterns: `*` stands for any characters, `?` for one; everything else for itself. `none` alone: no name. */
export class StreamPatterns {
  private readonly expressions: readonly RegExp[];

  constructor(patterns: readonly string[]) {
    const isNone = patterns.length === 1 && patterns[0] === 'none';
    this.expressions = isNone ? [] : patterns.map(expressionOf);
  }

  matches(name: string): boolean {
    return this.expressions.some((expression) => expression.test(name));
  }
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'su');
}
