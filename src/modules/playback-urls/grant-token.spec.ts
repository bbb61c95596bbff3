import { createSecretKey } from 'node:crypto';
import { NO_ORIGIN } from '../auth/ports/origin.js';
import { readGrant, writeGrant } from './grant-token.js';
import type { PlaybackGrant } from './playback-grant.js';
import { SignedUrlExpiredError, SignedUrlInvalidError } from './playback-urls.errors.js';

const KEY = createSecretKey(Buffer.alloc(32, 1));
const NOW = Date.UTC(2026, 10, 21);
const grant: PlaybackGrant = {
  stream: 'Studio *',
  selection: { session: 'b2e7', from: undefined, to: undefined },
  expiresAt: NOW / 1000 + 60,
  origin: NO_ORIGIN,
};

describe('the token of a signed URL', () => {
  const token = writeGrant(grant, KEY);

  it('says what it is good for', () => {
    expect(readGrant(token, KEY, NOW)).toEqual(grant);
    expect(token).toMatch(/^[\w.-]+$/);
  });

  it('says by whom it was made', () => {
    const made = { ...grant, origin: { accountVersion: 'v1', tokenIds: ['1795000000-a', 'other:b'] } };

    expect(readGrant(writeGrant(made, KEY), KEY, NOW)).toEqual(made);
  });

  it('may be good for the file of one export', () => {
    const ofExport = { ...grant, selection: {}, exportId: 'e1' };

    expect(readGrant(writeGrant(ofExport, KEY), KEY, NOW)).toEqual(ofExport);
  });

  it('ends on its second', () => {
    expect(readGrant(token, KEY, NOW + 59_999)).toEqual(grant);
    expect(() => readGrant(token, KEY, NOW + 60_000)).toThrow(SignedUrlExpiredError);
  });

  it('is nothing with another key', () => {
    expect(() => readGrant(token, createSecretKey(Buffer.alloc(32, 2)), NOW)).toThrow(SignedUrlInvalidError);
  });

  it('is nothing with any character changed', () => {
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      expect(() => readGrant(changed, KEY, NOW)).toThrow(SignedUrlInvalidError);
    }
  });

  it('is one text only: not even the last character may be another that decodes to the same bytes', () => {
    const others = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.replace(token.slice(-1), '');

    for (const last of others) {
      expect(() => readGrant(token.slice(0, -1) + last, KEY, NOW)).toThrow(SignedUrlInvalidError);
    }
  });

  it.each(['', '.', 'a.b', token.slice(0, -1), `${token}A`, token.replace('.', ''), `${'A'.repeat(4000)}${token}`])(
    'is not %j',
    (text) => {
      expect(() => readGrant(text, KEY, NOW)).toThrow(SignedUrlInvalidError);
    },
  );
});
