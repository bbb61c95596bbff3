import { NamePattern } from './name-pattern.js';

/** Names by patterns: `*` stands for any characters, `?` for one; everything else for itself. `none` alone: no name. */
export class StreamPatterns {
  private readonly patterns: readonly NamePattern[];

  constructor(patterns: readonly string[]) {
    const isNone = patterns.length === 1 && patterns[0] === 'none';
    this.patterns = isNone ? [] : patterns.map((pattern) => new NamePattern(pattern));
  }

  matches(name: string): boolean {
    return this.patterns.some((pattern) => pattern.matches(name));
  }
}
