import fc from 'fast-check';
import { createDtlsIdentity } from './dtls-identity.js';
import { DtlsTransport } from './dtls-transport.js';
import type { MediaKeys } from './media-keys.js';

/** What becomes of a datagram on its way. */
interface Fate {
  /** From the first on. */
  readonly datagram: number;
  readonly kind: 'damaged' | 'cut' | 'twice' | 'lost';
  readonly at: number;
  readonly bits: number;
}

const identities = { client: createDtlsIdentity(), server: createDtlsIdentity() };

const fates = fc.array(
  fc.record({
    datagram: fc.integer({ min: 1, max: 6 }),
    kind: fc.constantFrom('damaged', 'cut', 'twice', 'lost'),
    at: fc.nat(1200),
    bits: fc.integer({ min: 1, max: 255 }),
  }),
  { maxLength: 4 },
);

function arriving(datagram: Uint8Array, { kind, at, bits }: Fate): Uint8Array[] {
  if (kind === 'lost') return [];
  if (kind === 'twice') return [datagram, datagram];
  if (kind === 'cut') return [datagram.subarray(0, at % datagram.length)];
  const place = at % datagram.length;
  return [Uint8Array.from(datagram, (byte, index) => (index === place ? byte ^ bits : byte))];
}

/** A handshake in which nothing is repeated: it ends when nothing is on its way. */
function shakeHands(all: readonly Fate[]): Partial<Record<'client' | 'server', MediaKeys>> {
  const underway: { to: 'client' | 'server'; datagram: Uint8Array }[] = [];
  const keys: Partial<Record<'client' | 'server', MediaKeys>> = {};
  let count = 0;
  const side = (role: 'client' | 'server', to: 'client' | 'server'): DtlsTransport =>
    new DtlsTransport(
      { role, identity: identities[role], remoteFingerprints: [identities[to].fingerprint] },
      {
        send: (datagram) => {
          count += 1;
          const hit = all.filter(({ datagram: which }) => which === count);
          const parts = hit.reduce((some, fate) => some.flatMap((one) => arriving(one, fate)), [datagram]);
          for (const part of parts) underway.push({ to, datagram: part });
        },
        secured: (agreed) => {
          if (agreed !== undefined) keys[role] = agreed;
        },
        failed: () => undefined,
        closed: () => undefined,
      },
    );
  const sides = { client: side('client', 'server'), server: side('server', 'client') };
  sides.client.start();
  for (let next = underway.shift(); next !== undefined; next = underway.shift()) sides[next.to].receive(next.datagram);
  sides.client.close();
  sides.server.close();
  return keys;
}

describe('DtlsTransport', () => {
  it('needs two round trips, and no more datagrams than flights', () => {
    expect(shakeHands([{ datagram: 5, kind: 'lost', at: 0, bits: 1 }])).toMatchObject({
      client: { profile: 'AEAD_AES_128_GCM' },
      server: { profile: 'AEAD_AES_128_GCM' },
    });
  });

  it('never throws, and never has keys that the other side does not have, whatever happens on the way', () => {
    fc.assert(
      fc.property(fates, (all) => {
        const { client, server } = shakeHands(all);

        // The last word is the server's: it may have keys while its Finished is lost.
        if (client !== undefined) expect(server?.localKey).toEqual(client.remoteKey);
        const isUnharmed = all.every(({ kind }) => kind === 'twice');
        if (isUnharmed) expect(client).toBeDefined();
        if (client !== undefined && server !== undefined) expect(server.remoteSalt).toEqual(client.localSalt);
      }),
      { numRuns: 100 },
    );
  });
});
