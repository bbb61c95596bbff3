import { createKeyAgreement, groupIds } from './key-agreement.js';
import { pseudoRandom } from './key-schedule.js';

describe('pseudoRandom', () => {
  it('makes what the test vector of the TLS working group for PRF with SHA-256 says', () => {
    const secret = Buffer.from('9bbe436ba940f017b17652849a71db35', 'hex');
    const seed = Buffer.from('a0ba9f936cda311827a6f796ffd5198c', 'hex');

    expect(pseudoRandom(secret, 'test label', seed, 100).toString('hex')).toBe(
      'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af' +
        '0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66',
    );
  });
});

describe('createKeyAgreement', () => {
  it.each(groupIds)('gives both sides the same secret in group %i', (group) => {
    const [one, other] = [createKeyAgreement(group), createKeyAgreement(group)];

    expect(one.agree(other.publicKey)).toEqual(other.agree(one.publicKey));
  });

  it.each([
    ['29, a point of small order', 29, Buffer.alloc(32)],
    ['29, too short', 29, Buffer.alloc(7, 9)],
    ['23, not on the curve', 23, Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])],
    ['23, empty', 23, Buffer.alloc(0)],
    ['23, compressed', 23, Buffer.from('036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296', 'hex')],
    [
      '23, of both forms',
      23,
      Buffer.from(
        '076b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
        'hex',
      ),
    ],
  ] as const)('refuses what is no public key of its group: %s', (_, group, publicKey) => {
    expect(() => createKeyAgreement(group).agree(publicKey)).toThrow();
  });
});
