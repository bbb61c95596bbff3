import { srtpProfileNames, srtpProfiles } from '../../media/srtp/profile.js';
import { SentPacket, SrtpSender } from '../../media/srtp/sender.js';
import { srtpCrypto } from './node-srtp-crypto.js';
import { kernelBench, plainSpace, srtpBenches } from './testing/implementations.js';
import { keysOf, rtp, seal } from './testing/sealed-packets.js';

const PLACE_BYTES = 2304;
const GUARD = 0xee;
const benches = { ...srtpBenches, plain: () => kernelBench(plainSpace()) };
const combinations = srtpProfileNames.flatMap((profile) =>
  (['node', 'wasm', 'plain'] as const).map((name) => [profile, name] as const),
);
/** Sound among the packets of a picture, its numbers about to wrap, all shapes of headers. */
const packets = Array.from({ length: 16 }, (_, index) => ({
  ssrc: index % 5 === 3 ? 9 : 7,
  sequence: (65_530 + index) & 0xffff,
  contributors: index % 3,
  extensionWords: index % 2 === 0 ? undefined : index % 4,
  payload: [1100, 0, 1, 15, 16, 17, 63, 64, 160, 999][index % 10] ?? 0,
}));

describe.each(combinations)('packets of one key sealed together, %s by %s', (profile, name) => {
  it.each([1, 2, 3, 4, 5, 16])('are what node:crypto makes of each of %i alone', (count) => {
    const { memory, crypto } = benches[name]();
    const [together, alone] = [crypto, srtpCrypto].map((one) => new SrtpSender(profile, ...keysOf(profile, 1), one));
    if (together === undefined || alone === undefined) return;
    const { tagLength } = srtpProfiles[profile];
    for (let round = 0; round < packets.length; round += count) {
      const plain = packets.slice(round, round + count).map((one) => rtp(one));
      const sent = plain.map((bytes) => {
        const packet = new SentPacket();
        const place = memory.allocate(PLACE_BYTES);
        memory.bytes.fill(GUARD, place, place + PLACE_BYTES).set(bytes, place);
        packet.set(place, bytes.length, false);
        return packet;
      });

      together.protectTogether(memory.bytes, sent, sent.length);

      for (const [index, { offset, length, sealedLength }] of sent.entries()) {
        expect(sealedLength).toBe(length + tagLength);
        const expected = Buffer.alloc(PLACE_BYTES, GUARD);
        expected.set(seal(alone, plain[index] ?? new Uint8Array()));
        expect(Buffer.compare(memory.bytes.subarray(offset, offset + PLACE_BYTES), expected)).toBe(0);
        memory.release(offset, PLACE_BYTES);
      }
    }
  });
});

describe.each(srtpProfileNames)('packets sealed together, %s', (profile) => {
  it('are all sealed but one whose number was used', () => {
    const { memory, crypto } = srtpBenches.wasm();
    const sender = new SrtpSender(profile, ...keysOf(profile, 1), crypto);
    const shape = { ssrc: 7, contributors: 0, extensionWords: undefined, payload: 100 };
    const sent = [1, 2, 2, 3].map((sequence) => {
      const packet = new SentPacket();
      const place = memory.allocate(PLACE_BYTES);
      memory.bytes.set(rtp({ ...shape, sequence }), place);
      packet.set(place, 112, false);
      return packet;
    });

    sender.protectTogether(memory.bytes, sent, 4);

    expect(sent.map(({ sealedLength }) => sealedLength > 0)).toEqual([true, true, false, true]);
    expect(sender.refused).toBe(1);
  });
});
