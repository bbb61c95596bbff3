/** A name on both sides of the number of its segment, which has four digits or more in it. */
export interface NumberedName {
  readonly before: string;
  readonly after: string;
}

/** @returns undefined where the number is not in it */
export function splitAtNumber(name: string, number: number): NumberedName | undefined {
  const digits = digitsOf(number);
  const position = name.lastIndexOf(digits);
  if (position < 0) return undefined;
  return { before: name.slice(0, position), after: name.slice(position + digits.length) };
}

/**
 * Puts nothing together to compare with.
 *
 * @param digits of the number
 * @param start of the name in the text, which it is all of by default
 */
export function isNumbered(
  text: string,
  { before, after }: NumberedName,
  digits: string,
  start = 0,
  end = text.length,
): boolean {
  return (
    end - start === before.length + digits.length + after.length &&
    text.startsWith(before, start) &&
    text.startsWith(digits, start + before.length) &&
    text.startsWith(after, end - after.length)
  );
}

/** What `%04d` makes of it. */
export function digitsOf(number: number): string {
  const digits = String(number);
  return digits.length < 4 ? digits.padStart(4, '0') : digits;
}
