import { parseBaseDir } from './base-dir.js';
import { BaseDirInvalidError } from './recorder.errors.js';

describe('parseBaseDir', () => {
  it.each(['archive', 'shows/2026/evening news', 'a'.repeat(255)])('accepts %j', (text) => {
    expect(parseBaseDir(text)).toBe(text);
  });

  it.each([
    '',
    '/',
    '/etc',
    'a/',
    'a//b',
    '..',
    'a/../b',
    'a/./b',
    '%2e%2e/b',
    'a%2fb',
    'a\\b',
    'a/b\n',
    'a/\u0000',
    'a/.b',
    `a/${'b'.repeat(254)}`,
  ])('refuses %j', (text) => {
    expect(() => parseBaseDir(text)).toThrow(BaseDirInvalidError);
  });
});
