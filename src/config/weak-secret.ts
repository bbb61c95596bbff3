/** What nobody guesses in the time that log-ins leave for it, if it is not weak otherwise. */
export const SHORTEST_PASSWORD = 8;
/** `aaaaaaaaaaaaaaaa` and `abababababababab` are as long as others. */
const FEWEST_CHARACTERS = 5;
/** A shorter name is found in many good secrets. */
const SHORTEST_NAME = 3;
/** `abcd1234` has one. */
const FEWEST_LEAPS = 3;

/** What is tried first, alone, in a row, or with figures. */
const COMMON =
  /change-?me|p[a@]ss-?w[o0]r[dt]|letmein|welcome|qwert[yz](?:uiop)?|asdfgh(?:jkl)?|[yz]xcvbnm?|1q2w3e(?:4r)?(?:5t)?|administrator|admin|aircheck|default|secret|token|iloveyou|trustno1|football|baseball|sunshine|princess|superman|monkey|dragon|master|abc(?=123)/g;

/**
 * @param shortest of what does
 * @param name of whose it is, if anybody's: as good as told
 * @returns why others would guess it, to be said of it: `has fewer than 8 characters`; undefined for one that does
 */
export function weaknessOf(secret: string, shortest: number, name = ''): string | undefined {
  if (secret.length < shortest) return `has fewer than ${String(shortest)} characters`;
  const text = secret.toLowerCase();
  if (new Set(text).size < FEWEST_CHARACTERS) return `has fewer than ${String(FEWEST_CHARACTERS)} different characters`;
  if (text === name.toLowerCase()) return 'is the name';
  if (blockOf(text).length < shortest) return 'repeats itself';
  if (leapsOf(text) < FEWEST_LEAPS) return 'has little more than rows of letters or figures';
  return isOfCommonWords(text, name.toLowerCase()) ? 'is tried before all others' : undefined;
}

/** @returns the shortest text that `text` is made of by repeating it */
function blockOf(text: string): string {
  return text.slice(0, `${text}${text}`.indexOf(text, 1));
}

/** @returns how often a character is followed by one that is neither the same nor next to it, as in `aaaa` and `4321` */
function leapsOf(text: string): number {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return codes.filter((code, index) => index > 0 && Math.abs(code - (codes[index - 1] ?? code)) > 1).length;
}

/** Beside common words and the name it has no letter. */
function isOfCommonWords(text: string, name: string): boolean {
  const withoutName = name.length < SHORTEST_NAME ? text : text.replaceAll(name, ' ');
  const rest = withoutName.replace(COMMON, ' ');
  return rest !== text && !/\p{L}/u.test(rest);
}
