/** Which streams a caller's rights are for: one by its name, those of a pattern (`*` any characters, `?` one), or all (`*`). */
export class StreamScope {
  static readonly ALL = new StreamScope('*');

  private readonly pattern: readonly string[] | undefined;

  /** @param isName nothing in it stands for others */
  constructor(
    readonly text: string,
    isName = false,
  ) {
    this.pattern = !isName && /[*?]/.test(text) ? Array.from(text) : undefined;
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
    return this.pattern !== undefined && fits(this.pattern, Array.from(stream));
  }
}

/** In time of one length by the other at most, whatever the pattern: it comes with a token. */
function fits(pattern: readonly string[], name: readonly string[]): boolean {
  let place = 0;
  let star = -1;
  let afterStar = 0;
  for (let at = 0; at < name.length;) {
    if (pattern[place] === '*') {
      star = place++;
      afterStar = at;
    } else if (pattern[place] === '?' || pattern[place] === name[at]) {
      place += 1;
      at += 1;
    } else if (star >= 0) {
      place = star + 1;
      at = ++afterStar;
    } else {
      return false;
    }
  }
  return pattern.slice(place).every((part) => part === '*');
}
