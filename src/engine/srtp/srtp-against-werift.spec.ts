import fc from 'fast-check';
import { RtpHeader as WeriftHeader, SrtcpSession, SrtpSession } from 'werift';
import { RtpHeader } from '../../media/rtp/packet.js';
import { srtpProfileNames, srtpProfiles, type SrtpProfile } from '../../media/srtp/profile.js';
import { SrtpReceiver } from '../../media/srtp/receiver.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import { srtpBenches } from './testing/implementations.js';

// werift is an independent implementation: what one seals the other opens.

interface MasterKeys {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

function masterKeys(profile: SrtpProfile, seed: number): MasterKeys {
  const { keyLength, saltLength } = srtpProfiles[profile];
  const fill = (length: number, step: number): Uint8Array =>
    Uint8Array.from({ length }, (_, index) => seed + index * step);
  return { key: fill(keyLength, 17), salt: fill(saltLength, 29) };
}

/** werift derives all keys of both directions at once: it is given the same for both. */
function werift(profile: SrtpProfile, { key, salt }: MasterKeys): { srtp: SrtpSession; srtcp: SrtcpSession } {
  const keys = {
    localMasterKey: Buffer.from(key),
    localMasterSalt: Buffer.from(salt),
    remoteMasterKey: Buffer.from(key),
    remoteMasterSalt: Buffer.from(salt),
  };
  const config = { keys, profile: srtpProfiles[profile].dtlsId };
  return { srtp: new SrtpSession(config), srtcp: new SrtcpSession(config) };
}

function weriftHeader(sequenceNumber: number, ssrc: number): WeriftHeader {
  return new WeriftHeader({ sequenceNumber, ssrc, timestamp: 3_000_000_000, payloadType: 96, marker: true });
}

const payloads = fc.uint8Array({ minLength: 1, maxLength: 1200 });
const ssrcs = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const seeds = fc.nat(255);

const combinations = srtpProfileNames.flatMap((profile) => [[profile, 'node'] as const, [profile, 'wasm'] as const]);

describe.each(combinations)('SRTP with %s by %s, against werift', (profile, implementation) => {
  const { crypto } = srtpBenches[implementation]();

  it('opens the SRTP that werift seals, over a rollover', () => {
    fc.assert(
      fc.property(seeds, ssrcs, payloads, (seed, ssrc, payload) => {
        const keys = masterKeys(profile, seed);
        const { srtp } = werift(profile, keys);
        const receiver = new SrtpReceiver(profile, keys.key, keys.salt, crypto);
        const header = new RtpHeader();
        for (const sequenceNumber of [65_533, 65_534, 65_535, 0, 1]) {
          const bytes = Uint8Array.from(srtp.encrypt(Buffer.from(payload), weriftHeader(sequenceNumber, ssrc)));
          const length = receiver.unprotect(bytes, 0, bytes.length, header);
          expect(bytes.slice(header.headerLength, length)).toEqual(payload);
          expect(header).toMatchObject({ ssrc, sequenceNumber, timestamp: 3_000_000_000, marker: true });
        }
      }),
      { numRuns: 30 },
    );
  });

  it('seals SRTP that werift opens, over a rollover', () => {
    fc.assert(
      fc.property(seeds, ssrcs, payloads, (seed, ssrc, payload) => {
        const keys = masterKeys(profile, seed);
        const { srtp } = werift(profile, keys);
        const sender = new SrtpSender(profile, keys.key, keys.salt, crypto);
        for (const sequenceNumber of [65_533, 65_534, 65_535, 0, 1]) {
          const header = weriftHeader(sequenceNumber, ssrc);
          const plain = Buffer.concat([header.serialize(header.serializeSize), payload]);
          const bytes = new Uint8Array(plain.length + 16);
          bytes.set(plain);
          const length = sender.protect(bytes, 0, plain.length);
          expect(Buffer.compare(srtp.decrypt(Buffer.from(bytes.subarray(0, length))), plain)).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('opens the SRTCP that werift seals, and seals SRTCP that werift opens', () => {
    fc.assert(
      fc.property(seeds, ssrcs, fc.nat(20), (seed, ssrc, words) => {
        const keys = masterKeys(profile, seed);
        const { srtcp } = werift(profile, keys);
        const receiver = new SrtpReceiver(profile, keys.key, keys.salt, crypto);
        const sender = new SrtpSender(profile, keys.key, keys.salt, crypto);
        const plain = Buffer.alloc(8 + words * 4, seed);
        plain.writeUInt32BE(0x80cc0000 + 1 + words, 0);
        plain.writeUInt32BE(ssrc, 4);
        for (let round = 0; round < 3; round++) {
          const bytes = Uint8Array.from(srtcp.encrypt(plain));
          expect(receiver.unprotectRtcp(bytes, 0, bytes.length)).toBe(plain.length);
          expect(Buffer.compare(bytes.subarray(0, plain.length), plain)).toBe(0);
          const opened = srtcp.decrypt(Buffer.from(sender.protectRtcp(plain)));
          expect(Buffer.compare(opened, plain)).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });
});
