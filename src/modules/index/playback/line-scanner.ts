import { isNumbered, type NumberedName } from '../../../media/manifests/numbered-name.js';

const QUOTE = '"';
const BACKSLASH = '\\';
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_T = 0x74;

/**
 * Reads JSON values with commas between them one after the other, and makes nothing but what is asked for: the segments of
 * a day have two hundred thousand. Each read goes on to the next value.
 */
export class LineScanner {
  private at = 0;
  /** Of the string that was read last, inside its quotation marks. */
  private start = 0;
  private end = 0;
  private readonly hasEscapes: boolean;

  constructor(private readonly text: string) {
    this.hasEscapes = text.includes(BACKSLASH);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Reads a string, which `value`, `isEmpty`, `equals` and `isNumbered` tell of. */
  string(): this {
    this.start = this.at + 1;
    this.end = this.text.indexOf(QUOTE, this.start);
    while (this.hasEscapes && this.isEscaped(this.end)) this.end = this.text.indexOf(QUOTE, this.end + 1);
    this.at = this.end + 2;
    return this;
  }

  get value(): string {
    const { text, start, end } = this;
    return this.hasEscapes ? (JSON.parse(text.slice(start - 1, end + 1)) as string) : text.slice(start, end);
  }

  get isEmpty(): boolean {
    return this.start === this.end;
  }

  equals(expected: string): boolean {
    const { text, start, end } = this;
    if (this.hasEscapes) return this.value === expected;
    return end - start === expected.length && text.startsWith(expected, start);
  }

  /** @returns whether it is the name with these digits */
  isNumbered(name: NumberedName, digits: string): boolean {
    const { text, start, end } = this;
    return this.hasEscapes ? isNumbered(this.value, name, digits) : isNumbered(text, name, digits, start, end);
  }

  integer(): number {
    const { text } = this;
    const isNegative = text.charCodeAt(this.at) === MINUS;
    if (isNegative) this.at += 1;
    let value = 0;
    for (let code = text.charCodeAt(this.at); code >= ZERO && code <= NINE; code = text.charCodeAt(++this.at)) {
      value = 10 * value + code - ZERO;
    }
    this.at += 1;
    return isNegative ? -value : value;
  }

  boolean(): boolean {
    const isTrue = this.text.charCodeAt(this.at) === LETTER_T;
    this.at += isTrue ? 'true,'.length : 'false,'.length;
    return isTrue;
  }

  /** An odd number of backslashes is in front of it. */
  private isEscaped(position: number): boolean {
    let first = position;
    while (this.text[first - 1] === BACKSLASH) first -= 1;
    return (position - first) % 2 === 1;
  }
}
