import { linkHeadersOf, withoutCredentials } from './link-header.js';

const STUN = { urls: ['stun:stun.example.org:3478'], username: '', credential: '' };
const TURN = { urls: ['stun:t.example.org', 'turn:t.example.org?transport=udp'], username: 'an"n', credential: 'p\\w' };

describe('ICE servers as Link headers', () => {
  it('gives one value for each URL, in order, with credentials escaped', () => {
    expect(linkHeadersOf([STUN, TURN])).toEqual([
      '<stun:stun.example.org:3478>; rel="ice-server"',
      '<stun:t.example.org>; rel="ice-server"; username="an\\"n"; credential="p\\\\w"',
      '<turn:t.example.org?transport=udp>; rel="ice-server"; username="an\\"n"; credential="p\\\\w"',
    ]);
  });

  it('leaves TURN servers and all credentials out for strangers', () => {
    expect(linkHeadersOf(withoutCredentials([STUN, TURN]))).toEqual([
      '<stun:stun.example.org:3478>; rel="ice-server"',
      '<stun:t.example.org>; rel="ice-server"',
    ]);
  });
});
