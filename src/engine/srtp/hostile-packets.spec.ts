import fc from 'fast-check';
import { srtpProfileNames, type SrtpProfile } from '../../media/srtp/profile.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import { srtpCrypto } from './node-srtp-crypto.js';
import { kernelBench, plainSpace, srtpBenches } from './testing/implementations.js';
import { keysOf, Opener, rtp, seal, type Plain } from './testing/sealed-packets.js';

// fast-check prints the seed and the smallest scene of what failed.

/** More than have keystream made ahead, fewer than a receiver hears. */
const SOURCES = 12;
/** Header, SSRC and one word. */
const REPORT_BYTES = 12;
const REPORT_SENDER_AT = 4;

const plains = fc.record({
  ssrc: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(1, 2, 0xffff_fffe) },
    { weight: 1, arbitrary: fc.integer({ min: 3, max: SOURCES }) },
  ),
  step: fc.oneof(
    { weight: 12, arbitrary: fc.nat(2) },
    { weight: 1, arbitrary: fc.integer({ min: -3, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: -40_000, max: 40_000 }) },
  ),
  contributors: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(15) }),
  extensionWords: fc.option(fc.nat(20), { nil: undefined }),
  payload: fc.oneof(fc.nat(200), fc.constantFrom(0, 15, 16, 17, 63, 64, 1200)),
});

/** What is done to a packet on its way. */
type Damage = (sealed: Uint8Array, earlier: readonly Uint8Array[]) => Uint8Array;

const flipBit = (at: number): Damage => {
  return (sealed) => {
    const bytes = sealed.slice();
    const bit = at % Math.max(1, bytes.length * 8);
    bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    return bytes;
  };
};
/** Whatever is sealed last in a packet: its tag, in SRTCP of counter mode with the index before it. */
const forgeEnd = (fromEnd: number, value: number): Damage => {
  return (sealed) => sealed.map((byte, i) => (i === sealed.length - 1 - (fromEnd % 24) ? value : byte));
};
const cut = (count: number): Damage => {
  return (sealed) => sealed.slice(0, Math.max(0, sealed.length - count));
};
const extend = (more: Uint8Array): Damage => {
  return (sealed) => Uint8Array.of(...sealed, ...more);
};
const repeat = (back: number): Damage => {
  return (sealed, earlier) => earlier.at(-1 - (back % Math.max(1, earlier.length))) ?? sealed;
};
/** The head of one packet with the tail of another. */
const splice = (back: number, at: number): Damage => {
  return (sealed, earlier) => {
    const other = earlier.at(-1 - (back % Math.max(1, earlier.length))) ?? sealed;
    return Uint8Array.of(...sealed.subarray(0, at), ...other.subarray(at));
  };
};
const renumber = (step: number): Damage => {
  return (sealed) => {
    const bytes = sealed.slice();
    if (bytes.length < 4) return bytes;
    const view = new DataView(bytes.buffer);
    view.setUint16(2, view.getUint16(2) + step);
    return bytes;
  };
};
const replaceBy = (bytes: Uint8Array): Damage => {
  return () => (bytes.length === 0 ? bytes : bytes.with(0, 0x80 | ((bytes[0] ?? 0) & 0x3f)));
};

const damages: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Damage>((sealed) => sealed) },
  { weight: 2, arbitrary: fc.nat(12_000).map(flipBit) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(23), fc.nat(255)).map((place) => forgeEnd(...place)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map(cut) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 1300 }).map(cut) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }).map(extend) },
  { weight: 2, arbitrary: fc.nat(40).map(repeat) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(40), fc.nat(100)).map((place) => splice(...place)) },
  { weight: 1, arbitrary: fc.integer({ min: -0x7fff, max: 0x7fff }).map(renumber) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map(replaceBy) },
);

const groups = fc.array(fc.tuple(plains, damages), { minLength: 1, maxLength: 4 });
const reports = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(20), damages);
const scenes = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ group: groups }) },
    { weight: 1, arbitrary: fc.record({ report: reports }) },
  ),
  { maxLength: 14 },
);

/** A compound RTCP packet of one receiver report without blocks and what may lie behind it. */
function rtcp(ssrc: number, words: number): Uint8Array {
  const bytes = new Uint8Array(REPORT_BYTES + words * 4).map((_, i) => ssrc + i);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x80c90000 + REPORT_BYTES / 4 - 1 + words);
  view.setUint32(REPORT_SENDER_AT, ssrc);
  return bytes;
}

interface Part {
  readonly group?: readonly (readonly [Step, Damage])[];
  readonly report?: readonly [ssrc: number, words: number, Damage];
}

type Step = Omit<Plain, 'sequence'> & { readonly step: number };

/** A sender whose packets somebody else can change. */
class Way {
  readonly sender: SrtpSender;
  private readonly sequences = new Map<number, number>();
  private readonly packets: Uint8Array[] = [];
  private readonly reports: Uint8Array[] = [];

  constructor(
    profile: SrtpProfile,
    seed: number,
    private readonly firstSequence: number,
  ) {
    this.sender = new SrtpSender(profile, ...keysOf(profile, seed), srtpCrypto);
  }

  send({ step, ...plain }: Step, damage: Damage): Uint8Array {
    const sequence = Math.max(0, (this.sequences.get(plain.ssrc) ?? this.firstSequence) + 1 + step);
    this.sequences.set(plain.ssrc, sequence);
    const sealed = seal(this.sender, rtp({ ...plain, sequence: sequence & 0xffff }));
    const arrived = damage(sealed, this.packets);
    this.packets.push(sealed);
    return arrived;
  }

  /** @returns what an implementation makes of what arrives */
  deliver({ group, report }: Part, shift: number): (opener: Opener) => unknown {
    const arrivedReport = report === undefined ? undefined : this.report(...report);
    const arrived = (group ?? []).map((one) => this.send(...one));
    return (opener) =>
      arrivedReport === undefined ? opener.open(arrived, shift) : opener.openReport(arrivedReport, shift);
  }

  private report(ssrc: number, words: number, damage: Damage): Uint8Array {
    const sealed = this.sender.protectRtcp(rtcp(ssrc, words));
    const arrived = damage(sealed, this.reports);
    this.reports.push(sealed);
    return arrived;
  }
}

describe.each(srtpProfileNames)('the kernels, their twins and node:crypto with %s', (profile) => {
  it('come to the same verdicts and bytes, whatever comes and however it is damaged', () => {
    fc.assert(
      fc.property(scenes, fc.nat(255), fc.nat(17), fc.nat(0xffff), (scene, seed, shift, firstSequence) => {
        const openers = [srtpBenches.node(), srtpBenches.wasm(), kernelBench(plainSpace())].map(
          (bench) => new Opener(bench, profile, seed),
        );
        const way = new Way(profile, seed, firstSequence);
        for (const part of scene) {
          const [wanted, ...others] = openers.map(way.deliver(part, shift));
          for (const seen of others) expect(seen).toEqual(wanted);
        }
        const [wanted, ...others] = openers.map(({ receiver }) => [receiver.failures, receiver.replays]);
        for (const seen of others) expect(seen).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it('seal to the same bytes, in place and elsewhere', () => {
    fc.assert(
      fc.property(fc.array(plains, { minLength: 1, maxLength: 40 }), fc.nat(255), (list, seed) => {
        const benches = [srtpBenches.node(), srtpBenches.wasm(), kernelBench(plainSpace())];
        const senders = benches.map(({ crypto }) => new SrtpSender(profile, ...keysOf(profile, seed), crypto));
        const slots = benches.map(({ memory }) => memory.allocate(2048));
        list.forEach(({ step, ...plain }, index) => {
          const bytes = rtp({ ...plain, sequence: 65_500 + index + Math.max(0, Math.min(step, 3)) });
          const sealed = senders.map((sender, i) => {
            const { memory } = benches[i] ?? srtpBenches.node();
            const slot = slots[i] ?? 0;
            if (index % 2 === 0) return seal(sender, bytes);
            memory.bytes.set(bytes, slot);
            return memory.bytes.slice(slot, slot + sender.protect(memory.bytes, slot, bytes.length));
          });
          expect(sealed[1]).toEqual(sealed[0]);
          expect(sealed[2]).toEqual(sealed[0]);
        });
      }),
      { numRuns: 8 },
    );
  });

  it('hears all that is genuine among what is forged, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), damages), { maxLength: 60 }),
        fc.nat(0xffff),
        (arrivals, firstSequence) => {
          for (const bench of [srtpBenches.node(), srtpBenches.wasm()]) {
            const opener = new Opener(bench, profile, 1);
            const way = new Way(profile, 1, firstSequence);
            const forger = new Way(profile, 2, firstSequence);
            const plain = { ssrc: 7, step: 0, contributors: 0, extensionWords: undefined, payload: 100 };
            for (const [forgeries, damage] of arrivals) {
              const genuine = way.send(plain, (sealed) => sealed);
              const forged = Array.from({ length: forgeries }, () => forger.send(plain, damage));
              const [first = '', ...others] = opener.open([genuine, ...forged], 0);
              expect(first).toMatch(/^112 /);
              for (const verdict of others) expect(verdict).toMatch(/^-1 /);
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
