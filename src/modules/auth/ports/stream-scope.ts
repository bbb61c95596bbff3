import { NamePattern } from '../../../shared/name-pattern.js';

/** Which streams a caller's rights are for: one by its name, those of a pattern (`*` any characters, `?` one), or all (`*`). */
export class StreamScope {
  static readonly ALL = new StreamScope('*');

  private readonly pattern: NamePattern | undefined;

  /** @param isName nothing in it stands for others */
  constructor(
    readonly text: string,
    isName = false,
  ) {
    this.pattern = !isName && /[*?]/.test(text) ? new NamePattern(text) : undefined;
  }

  /** That of one stream, whatever characters its name has. */
  static only(stream: string): StreamScope {
    return new StreamScope(stream, true);
  }

  get isAll(): boolean {
    return this.text === '*' && this.pattern !== undefined;
  }

  /** The only stream there is in it; undefined for a pattern, which may fit many. */
  get name(): string | undefined {
    return this.pattern === undefined ? this.text : undefined;
  }

  has(stream: string): boolean {
    if (this.isAll || this.text === stream) return true;
    return this.pattern?.matches(stream) === true;
  }
}
