import { parseStreamName, StreamNameInvalidError } from './stream-name.js';

describe('parseStreamName', () => {
  it.each(['cam', 'Studio 1', 'übertragung', '摄像头', 'a'.repeat(255), 'v1.2', '100%'])('accepts %j', (name) => {
    expect(parseStreamName(name)).toBe(name);
  });

  it.each([
    ['', 'empty'],
    ['a'.repeat(256), '255 bytes'],
    ['é'.repeat(128), '255 bytes'],
    ['u\u0308', 'Normalization Form C'],
    ['\ud800', 'Normalization Form C'],
    ['a\nb', 'control'],
    ['a\u0000', 'control'],
    ['a\u0085', 'control'],
    ['a/b', 'slash'],
    ['a\\b', 'slash'],
    ['%2e%2e', 'percent-encoded'],
    ['.', 'dot'],
    ['..', 'dot'],
    ['.hidden', 'dot'],
  ])('refuses %j because of its %s', (name, reason) => {
    expect(() => parseStreamName(name)).toThrow(StreamNameInvalidError);
    expect(() => parseStreamName(name)).toThrow(reason);
  });
});
