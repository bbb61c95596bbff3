import fc from 'fast-check';
import { srtpBenches } from '../../engine/srtp/testing/implementations.js';
import { RtpHeader } from '../rtp/packet.js';
import { srtpProfileNames, srtpProfiles, type SrtpProfile } from './profile.js';
import { SrtpReceiver } from './receiver.js';
import { SrtpSender } from './sender.js';

const SSRC = 0xcafe_babe;

/** Both ends of one direction, and how an RTP packet looks on the wire. */
class Link {
  readonly sender: SrtpSender;
  readonly receiver: SrtpReceiver;
  readonly header = new RtpHeader();

  constructor(profile: SrtpProfile, implementation: 'node' | 'wasm') {
    const { crypto } = srtpBenches[implementation]();
    const { keyLength, saltLength } = srtpProfiles[profile];
    const key = Uint8Array.from({ length: keyLength }, (_, index) => index + 1);
    const salt = Uint8Array.from({ length: saltLength }, (_, index) => 200 - index);
    this.sender = new SrtpSender(profile, key, salt, crypto);
    this.receiver = new SrtpReceiver(profile, key, salt, crypto);
  }

  seal(sequenceNumber: number, payload: readonly number[] = [1, 2, 3], ssrc = SSRC): Uint8Array {
    return this.sealPlain(rtp(sequenceNumber, payload, ssrc));
  }

  sealPlain(plain: Uint8Array, isRepeat = false): Uint8Array {
    const bytes = new Uint8Array(plain.length + 16);
    bytes.set(plain);
    return bytes.slice(0, this.sender.protect(bytes, 0, plain.length, isRepeat));
  }

  open(packet: Uint8Array): number {
    return this.receiver.unprotect(packet.slice(), 0, packet.length, this.header);
  }

  openRtcp(packet: Uint8Array): number {
    return this.receiver.unprotectRtcp(packet.slice(), 0, packet.length);
  }
}

function rtp(sequenceNumber: number, payload: readonly number[], ssrc = SSRC): Uint8Array {
  const bytes = new Uint8Array(12 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x8060);
  view.setUint16(2, sequenceNumber);
  view.setUint32(8, ssrc);
  bytes.set(payload, 12);
  return bytes;
}

function rtcp(ssrc = SSRC): Uint8Array {
  const bytes = Uint8Array.from([0x80, 201, 0, 2, 0, 0, 0, 0, 5, 6, 7, 8]);
  new DataView(bytes.buffer).setUint32(4, ssrc);
  return bytes;
}

const combinations = srtpProfileNames.flatMap((profile) => [[profile, 'node'] as const, [profile, 'wasm'] as const]);

describe.each(combinations)('SRTP with %s by %s', (profile, implementation) => {
  const tagLength = srtpProfiles[profile].tagLength;

  it('opens in place what was sealed in place, header extension and padding included, at any offset', () => {
    const link = new Link(profile, implementation);
    const plain = Uint8Array.from([
      0xb0, 96, 0, 1, 0, 0, 0, 5, 0, 0, 0, 6, 0xbe, 0xde, 0, 1, 0x10, 9, 0, 0, 7, 8, 0, 2,
    ]);
    const sealed = link.sealPlain(plain);
    const bytes = new Uint8Array(100).fill(0xee);
    bytes.set(sealed, 10);

    expect(sealed.length).toBe(plain.length + tagLength);
    expect(link.receiver.unprotect(bytes, 10, sealed.length, link.header)).toBe(plain.length);
    expect(bytes.slice(10, 10 + plain.length)).toEqual(plain);
    expect(link.header).toMatchObject({ ssrc: 6, headerLength: 20, paddingLength: 2 });
    expect(bytes.slice(0, 10)).toEqual(new Uint8Array(10).fill(0xee));
    expect(bytes.slice(10 + sealed.length)).toEqual(new Uint8Array(90 - sealed.length).fill(0xee));
  });

  it('opens a packet without payload', () => {
    const link = new Link(profile, implementation);

    expect(link.open(link.seal(1, []))).toBe(12);
  });

  it('refuses replays and packets older than the window, and counts them', () => {
    const link = new Link(profile, implementation);
    const [older, old, newest] = [10, 60, 8210].map((number) => link.seal(number)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    for (const packet of [old, newest]) expect(link.open(packet)).toBe(15);

    expect(link.open(old)).toBe(-1);
    expect(link.open(older)).toBe(-1);
    expect(link.receiver).toMatchObject({ replays: 2, failures: 0 });
  });

  it('takes what is sent again eight thousand packets later, as a recording waits for it', () => {
    const link = new Link(profile, implementation);
    const [missing, newest] = [61, 8210].map((number) => link.seal(number)) as [Uint8Array, Uint8Array];
    expect(link.open(newest)).toBe(15);

    expect(link.open(missing)).toBe(15);
  });

  it('takes packets of the window once each, in any order, over rollovers', () => {
    const link = new Link(profile, implementation);
    const packets = Array.from({ length: 600 }, (_, index) => link.seal((65_300 + index) & 0xffff));
    link.open(packets[0] ?? rtp(0, []));
    const mixed = packets.slice(1).map((packet, index) => ({ packet, key: (index * 7919) % 599 }));
    mixed.sort((a, b) => a.key - b.key);

    for (const { packet } of mixed) expect(link.open(packet)).toBe(15);
    for (const { packet } of mixed) expect(link.open(packet)).toBe(-1);
  });

  it('finds its way when the sender wrapped before the first packet came through', () => {
    const link = new Link(profile, implementation);
    link.seal(65_535);
    const afterWrap = link.seal(0);

    expect(link.open(afterWrap)).toBe(15);
    expect(link.open(link.seal(1))).toBe(15);
    expect(link.receiver.failures).toBe(0);
  });

  it('goes through many rollovers', () => {
    const link = new Link(profile, implementation);
    for (let index = 0; index < 5 * 65_536; index += 20_000) expect(link.open(link.seal(index & 0xffff))).toBe(15);
  });

  it('keeps the sources apart', () => {
    const link = new Link(profile, implementation);
    expect(link.open(link.seal(7, [1], 1))).toBe(13);
    expect(link.open(link.seal(7, [1], 2))).toBe(13);
    expect(link.open(link.seal(7, [1], 1))).toBe(-1);
  });

  it('hears a bounded number of sources', () => {
    const link = new Link(profile, implementation);
    const heard = Array.from({ length: 100 }, (_, ssrc) => link.open(link.seal(1, [1], ssrc))).filter((n) => n > 0);

    expect(heard.length).toBe(64);
    expect(link.open(link.seal(2, [1], 0))).toBe(13);
  });

  it('drops an authentic packet with impossible padding', () => {
    const link = new Link(profile, implementation);
    const plain = rtp(1, [1, 200]);
    plain[0] = 0xa0;

    expect(link.open(link.sealPlain(plain))).toBe(-1);
    expect(link.receiver.failures).toBe(1);
  });

  it('is moved by no forged packet: neither window nor rollover counter nor sources', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            sequenceNumber: fc.nat(65_535),
            ssrc: fc.constantFrom(SSRC, 1, 2),
            damage: fc.nat(1000),
            bit: fc.nat(7),
          }),
          { maxLength: 20 },
        ),
        fc.nat(65_535),
        (forgeries, start) => {
          const link = new Link(profile, implementation);
          const stranger = new Link(profile, implementation);
          expect(link.open(link.seal(start))).toBe(15);
          for (const { sequenceNumber, ssrc, damage, bit } of forgeries) {
            const forged = stranger.sealPlain(rtp(0, [4, 5, 6], 99), true);
            const view = new DataView(forged.buffer);
            view.setUint16(2, sequenceNumber);
            view.setUint32(8, ssrc);
            const at = 12 + (damage % (forged.length - 12));
            forged[at] = (forged[at] ?? 0) ^ (1 << bit);
            expect(link.open(forged)).toBe(-1);
          }
          for (let next = 1; next < 4; next++) expect(link.open(link.seal((start + next) & 0xffff))).toBe(15);
          expect(link.open(link.seal(0, [1, 2, 3], 1))).toBe(15);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('notices a change of any single bit, and leaves such a packet as it was', () => {
    const link = new Link(profile, implementation);
    const sealed = link.seal(1);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const forged = sealed.slice();
      forged[bit >>> 3] = (forged[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      const before = forged.slice();

      expect(link.receiver.unprotect(forged, 0, forged.length, link.header)).toBe(-1);
      expect(forged).toEqual(before);
    }
    expect(link.open(sealed)).toBe(15);
  });

  it('never throws and touches nothing outside, whatever the bytes and lengths', () => {
    const link = new Link(profile, implementation);
    const lead = fc.constantFrom(0x80, 0x90, 0xbf, 0xa0);
    const hostile = fc.tuple(lead, fc.uint8Array({ maxLength: 80 })).map(([first, rest]) => [first, ...rest]);
    fc.assert(
      fc.property(hostile, fc.nat(4), fc.nat(40), (content, front, beyond) => {
        const bytes = Uint8Array.from([...Array<number>(front).fill(0xff), ...content]);
        const before = bytes.slice();
        const length = content.length + (beyond > 20 ? beyond : 0);

        expect(link.receiver.unprotect(bytes, front, length, link.header)).toBe(-1);
        expect(link.receiver.unprotectRtcp(bytes, front, length)).toBe(-1);
        expect(bytes).toEqual(before);
      }),
    );
  });
});

describe.each(combinations)('SRTCP with %s by %s', (profile, implementation) => {
  it('opens what was sealed, once, per source', () => {
    const link = new Link(profile, implementation);
    const sealed = link.sender.protectRtcp(rtcp());
    const bytes = sealed.slice();

    expect(link.receiver.unprotectRtcp(bytes, 0, bytes.length)).toBe(12);
    expect(bytes.slice(0, 12)).toEqual(rtcp());
    expect(link.openRtcp(sealed)).toBe(-1);
    expect(link.openRtcp(link.sender.protectRtcp(rtcp(1)))).toBe(12);
    expect(link.receiver).toMatchObject({ replays: 1, failures: 0 });
  });

  it('takes packets out of order inside a window of at least 128', () => {
    const link = new Link(profile, implementation);
    const sealed = Array.from({ length: 129 }, () => link.sender.protectRtcp(rtcp()));
    const opened = sealed.toReversed().map((packet) => link.openRtcp(packet));

    expect(opened.filter((length) => length === 12).length).toBe(128);
    expect(link.receiver.replays).toBe(1);
  });

  it('is moved by no forged index', () => {
    const link = new Link(profile, implementation);
    const fromEnd = srtpProfiles[profile].rtcpIndexFromEnd;
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (index) => {
        const forged = link.sender.protectRtcp(rtcp());
        const view = new DataView(forged.buffer);
        const own = view.getUint32(forged.length - fromEnd) & 0x7fffffff;
        fc.pre(index !== own);
        view.setUint32(forged.length - fromEnd, 0x80000000 | index);
        expect(link.openRtcp(forged)).toBe(-1);
        expect(link.openRtcp(link.sender.protectRtcp(rtcp()))).toBe(12);
      }),
    );
  });

  it('refuses a packet that is not encrypted', () => {
    const link = new Link(profile, implementation);
    const sealed = link.sender.protectRtcp(rtcp());
    const at = sealed.length - srtpProfiles[profile].rtcpIndexFromEnd;
    sealed[at] = (sealed[at] ?? 0) & 0x7f;

    expect(link.openRtcp(sealed)).toBe(-1);
  });
});

describe('SrtpSender', () => {
  it('refuses what is no packet, and a packet without room for its tag', () => {
    const { sender } = new Link('AEAD_AES_128_GCM', 'node');

    expect(() => sender.protect(new Uint8Array(40), 0, 20)).toThrow(RangeError);
    expect(() => sender.protect(rtp(1, [1]), 0, 13)).toThrow(RangeError);
    expect(() => sender.protectRtcp(new Uint8Array(7))).toThrow(RangeError);
  });

  it('seals a number again only as a repetition, with the same result', () => {
    const link = new Link('AEAD_AES_128_GCM', 'node');
    const first = link.seal(7);
    link.seal(9);

    expect(link.seal(7, [4, 5, 6])).toHaveLength(0);
    expect(link.sealPlain(rtp(7, [1, 2, 3]), true)).toEqual(first);
    expect(link.seal(8)).toHaveLength(first.length);
    expect(link.sender.refused).toBe(1);
  });

  it('refuses what is so old that it is not known whether it was sent, repetition or not', () => {
    const link = new Link('AEAD_AES_128_GCM', 'node');
    for (let number = 0; number <= 5000; number += 1) link.seal(number);

    expect(link.seal(5000 - 4096)).toHaveLength(0);
    expect(link.sealPlain(rtp(5000 - 4096, [1, 2, 3]), true)).toHaveLength(0);
    expect(link.sealPlain(rtp(5000 - 4095, [1, 2, 3]), true)).not.toHaveLength(0);
  });

  it.each([32_769, 40_000, 65_535])('uses no keystream twice after a gap of %i numbers', (gap) => {
    const link = new Link('AEAD_AES_128_GCM', 'node');
    const zeros = new Array<number>(16).fill(0);
    const keystreams = new Set<string>();
    let sealed = 0;

    for (let number = 0; number < 120_000; number += 1) {
      if (number === 40_000) number += gap;
      const packet = link.seal(number & 0xffff, zeros);
      if (packet.length === 0) continue;
      sealed += 1;
      keystreams.add(Buffer.from(packet.subarray(12, 28)).toString('latin1'));
    }

    expect(keystreams.size).toBe(sealed);
    expect(sealed).toBeGreaterThan(40_000);
    expect(link.sender.refused).toBeGreaterThan(0);
  });
});
