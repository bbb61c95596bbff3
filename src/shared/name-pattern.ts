/** Names by one pattern: `*` stands for any characters, `?` for one; everything else for itself. */
export class NamePattern {
  private readonly characters: readonly string[];

  constructor(pattern: string) {
    this.characters = Array.from(pattern);
  }

  /** In time of one length by the other at most, whatever the pattern: strangers write patterns too. */
  matches(name: string): boolean {
    const wanted = this.characters;
    const given = Array.from(name);
    let place = 0;
    let star = -1;
    let afterStar = 0;
    for (let at = 0; at < given.length;) {
      if (wanted[place] === '*') {
        star = place++;
        afterStar = at;
      } else if (wanted[place] === '?' || wanted[place] === given[at]) {
        place += 1;
        at += 1;
      } else if (star >= 0) {
        place = star + 1;
        at = ++afterStar;
      } else {
        return false;
      }
    }
    return wanted.slice(place).every((character) => character === '*');
  }
}
