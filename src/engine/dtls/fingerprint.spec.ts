import { certificateFingerprint, matchesFingerprints } from './fingerprint.js';

const certificate = Uint8Array.from([0x30, 1, 2, 3]);

describe('matchesFingerprints', () => {
  it.each(['sha-256', 'sha-384', 'sha-512'])('accepts the right one by %s in any case', (algorithm) => {
    const { value } = certificateFingerprint(certificate, algorithm);

    expect(matchesFingerprints(certificate, [{ algorithm: algorithm.toUpperCase(), value: value.toLowerCase() }])).toBe(
      true,
    );
  });

  it('lets the strongest hash decide alone', () => {
    const right = certificateFingerprint(certificate, 'sha-256');
    const wrong = certificateFingerprint(Uint8Array.from([9]), 'sha-512');

    expect(matchesFingerprints(certificate, [right, wrong])).toBe(false);
  });

  it('accepts one of several', () => {
    const right = certificateFingerprint(certificate, 'sha-256');
    const other = certificateFingerprint(Uint8Array.from([9]), 'sha-256');

    expect(matchesFingerprints(certificate, [other, right])).toBe(true);
  });

  it('accepts nothing without a hash that proves something', () => {
    expect(matchesFingerprints(certificate, [])).toBe(false);
    expect(matchesFingerprints(certificate, [{ algorithm: 'sha-1', value: '00' }])).toBe(false);
  });
});
