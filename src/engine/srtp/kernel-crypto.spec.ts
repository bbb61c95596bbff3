import fc from 'fast-check';
import { PACKETS_PER_FILL } from '../../media/kernels/kernel-memory.js';
import type { SrtpKernels } from '../../media/kernels/srtp-kernels.js';
import { srtpProfileNames, srtpProfiles, type SrtpProfile } from '../../media/srtp/profile.js';
import { ReceivedPacket, SrtpReceiver } from '../../media/srtp/receiver.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import { srtpCrypto } from './node-srtp-crypto.js';
import { compiledSpace, kernelBench, plainSpace, srtpBenches, type SrtpBench } from './testing/implementations.js';

const SLOT_BYTES = 2048;
const GUARD = 0xee;

function keysOf(profile: SrtpProfile, seed: number): [key: Uint8Array, salt: Uint8Array] {
  const { keyLength, saltLength } = srtpProfiles[profile];
  const fill = (length: number, step: number): Uint8Array => Uint8Array.from({ length }, (_, i) => seed + 1 + i * step);
  return [fill(keyLength, 37), fill(saltLength, 91)];
}

interface Plain {
  readonly ssrc: number;
  readonly sequence: number;
  readonly contributors: number;
  readonly extensionWords: number | undefined;
  readonly payload: number;
}

/** RFC 3550 section 5.1, with whatever may be in front of the payload. */
function rtp({ ssrc, sequence, contributors, extensionWords, payload }: Plain): Uint8Array {
  const extension = extensionWords === undefined ? 0 : 4 + extensionWords * 4;
  const bytes = new Uint8Array(12 + contributors * 4 + extension + payload).map((_, i) => sequence * 31 + i);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80 | (extensionWords === undefined ? 0 : 0x10) | contributors);
  view.setUint16(2, sequence);
  view.setUint32(8, ssrc);
  if (extensionWords !== undefined) view.setUint32(12 + contributors * 4, extensionWords);
  return bytes;
}

function seal(sender: SrtpSender, plain: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(plain.length + 16);
  bytes.set(plain);
  return bytes.slice(0, sender.protect(bytes, 0, plain.length));
}

/** What an implementation makes of packets, several at a time, in place and beside each other. */
class Opener {
  readonly receiver: SrtpReceiver;
  private readonly slots: number[];
  private readonly packets = Array.from({ length: 4 }, () => new ReceivedPacket());

  constructor(
    private readonly bench: SrtpBench,
    profile: SrtpProfile,
    seed: number,
  ) {
    this.receiver = new SrtpReceiver(profile, ...keysOf(profile, seed), bench.crypto);
    this.slots = this.packets.map(() => bench.memory.allocate(SLOT_BYTES));
  }

  /** @returns for each packet its verdict and everything in its slot */
  open(sealed: readonly Uint8Array[], shift: number): string[] {
    const { bytes } = this.bench.memory;
    sealed.forEach((packet, lane) => {
      const slot = this.slots[lane] ?? 0;
      bytes.fill(GUARD, slot, slot + SLOT_BYTES).set(packet, slot + shift);
      this.packets[lane]?.set(slot + shift, packet.length, 0);
    });
    this.receiver.unprotectTogether(bytes, this.packets, sealed.length);
    return sealed.map((_, lane) => {
      const slot = this.slots[lane] ?? 0;
      const { plainLength = 0 } = this.packets[lane] ?? {};
      return `${plainLength} ${Buffer.from(bytes.subarray(slot, slot + SLOT_BYTES)).toString('base64')}`;
    });
  }
}

const plains = fc.record({
  ssrc: fc.constantFrom(1, 2, 0xffff_fffe),
  step: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -3, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 20_000 }) },
  ),
  contributors: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(15) }),
  extensionWords: fc.option(fc.nat(20), { nil: undefined }),
  payload: fc.oneof(fc.nat(200), fc.constantFrom(0, 15, 16, 17, 63, 64, 1200)),
});
const damages = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.record({ flip: fc.nat(12_000) }) },
  { weight: 1, arbitrary: fc.record({ cut: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ again: fc.constant(true) }) },
);
const scenes = fc.array(fc.array(fc.tuple(plains, damages), { minLength: 1, maxLength: 4 }), { maxLength: 12 });

function damaged(sealed: Uint8Array, damage: { flip?: number; cut?: number; again?: boolean } | undefined): Uint8Array {
  if (damage?.cut !== undefined) return sealed.slice(0, Math.max(0, sealed.length - damage.cut));
  const bytes = sealed.slice();
  if (damage?.flip !== undefined) {
    const bit = damage.flip % (bytes.length * 8);
    bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
  }
  return bytes;
}

describe.each(srtpProfileNames)('the kernels, their twins and node:crypto with %s', (profile) => {
  it('come to the same verdicts and bytes, whatever comes and however it is damaged', () => {
    fc.assert(
      fc.property(scenes, fc.nat(255), fc.nat(17), fc.nat(0xffff), (scene, seed, shift, firstSequence) => {
        const openers = [srtpBenches.node(), srtpBenches.wasm(), kernelBench(plainSpace())].map(
          (bench) => new Opener(bench, profile, seed),
        );
        const sender = new SrtpSender(profile, ...keysOf(profile, seed), srtpCrypto);
        const sequences = new Map<number, number>();
        let last: Uint8Array = new Uint8Array(0);
        for (const group of scene) {
          const sealed = group.map(([{ step, ...plain }, damage]) => {
            const sequence = Math.max(0, (sequences.get(plain.ssrc) ?? firstSequence) + 1 + step);
            sequences.set(plain.ssrc, sequence);
            const isAgain = damage !== undefined && 'again' in damage && last.length > 0;
            if (!isAgain) last = seal(sender, rtp({ ...plain, sequence: sequence & 0xffff }));
            return damaged(last, damage);
          });
          const [wanted, ...others] = openers.map((opener) => opener.open(sealed, shift));
          for (const seen of others) expect(seen).toEqual(wanted);
        }
        const [wanted, ...others] = openers.map(({ receiver }) => [receiver.failures, receiver.replays]);
        for (const seen of others) expect(seen).toEqual(wanted);
      }),
      { numRuns: 25 },
    );
  });

  it('seal to the same bytes, in place and elsewhere', () => {
    fc.assert(
      fc.property(fc.array(plains, { minLength: 1, maxLength: 40 }), fc.nat(255), (list, seed) => {
        const benches = [srtpBenches.node(), srtpBenches.wasm(), kernelBench(plainSpace())];
        const senders = benches.map(({ crypto }) => new SrtpSender(profile, ...keysOf(profile, seed), crypto));
        const slots = benches.map(({ memory }) => memory.allocate(SLOT_BYTES));
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
});

describe.each(srtpProfileNames)('keystream made ahead, with %s', (profile) => {
  const next = { ssrc: 7, contributors: 0, extensionWords: undefined, payload: 1100 };

  /** Kernels that remember for how many packets they were asked for counter blocks. */
  function counting(): { bench: SrtpBench; fills: number[] } {
    const fills: number[] = [];
    const space = compiledSpace();
    const { kernels } = space;
    const noting =
      (write: SrtpKernels['gcmCounters']): SrtpKernels['gcmCounters'] =>
      (...args) => {
        fills.push(args[5]);
        write(...args);
      };
    const counted = {
      ...kernels,
      gcmCounters: noting(kernels.gcmCounters),
      cmCounters: noting(kernels.cmCounters),
    };
    return { bench: kernelBench({ ...space, kernels: counted }), fills };
  }

  it('is made once for sixteen packets that follow each other, wherever the sequence starts and wraps', () => {
    const { bench, fills } = counting();
    const opener = new Opener(bench, profile, 1);
    const sender = new SrtpSender(profile, ...keysOf(profile, 1), srtpCrypto);

    for (let i = 0; i < 160; i += 4) {
      const four = [0, 1, 2, 3].map((lane) => seal(sender, rtp({ ...next, sequence: (65_460 + i + lane) & 0xffff })));
      for (const verdict of opener.open(four, 0)) expect(verdict).toMatch(/^1112 /);
    }

    expect(fills.filter((packets) => packets === PACKETS_PER_FILL).length).toBeLessThanOrEqual(12);
    expect(fills.filter((packets) => packets === 1).length).toBeLessThanOrEqual(4);
  });

  it('is not moved by forged packets, and takes no memory for them', () => {
    const { bench, fills } = counting();
    const opener = new Opener(bench, profile, 1);
    const sender = new SrtpSender(profile, ...keysOf(profile, 1), srtpCrypto);
    const forger = new SrtpSender(profile, ...keysOf(profile, 2), srtpCrypto);
    opener.open([seal(sender, rtp({ ...next, sequence: 1000 }))], 0);
    const before = fills.filter((packets) => packets !== 1).length;
    const { usedBytes } = bench.memory;

    for (let i = 0; i < 400; i++) {
      const sequence = (i * 7919) & 0xffff;
      opener.open([seal(forger, rtp({ ...next, sequence, ssrc: i % 3 === 0 ? i : 7 }))], 0);
    }

    expect(opener.receiver.failures + opener.receiver.replays).toBe(400);
    expect(fills.filter((packets) => packets !== 1).length).toBe(before);
    expect(bench.memory.usedBytes).toBe(usedBytes);
    expect(opener.open([seal(sender, rtp({ ...next, sequence: 1001 }))], 0)[0]).toMatch(/^1112 /);
  });

  it('gives its memory back', () => {
    const bench = srtpBenches.wasm();
    const round = (): void => {
      const receiver = new SrtpReceiver(profile, ...keysOf(profile, 1), bench.crypto);
      const sender = new SrtpSender(profile, ...keysOf(profile, 1), bench.crypto);
      const sealed = seal(sender, rtp({ ...next, sequence: 5 }));
      expect(receiver.unprotect(sealed, 0, sealed.length, new ReceivedPacket().header)).toBe(1112);
      for (const end of [receiver, sender]) end.close();
      receiver.close();
    };
    round();
    const { usedBytes } = bench.memory;

    for (let i = 0; i < 20; i++) round();

    expect(bench.memory.usedBytes).toBe(usedBytes);
  });

  it('is made only of memory that others can spare', () => {
    const bench = srtpBenches.wasm();
    while (bench.memory.canSpare(1024)) bench.memory.allocate(1024);
    const { usedBytes } = bench.memory;

    for (let viewer = 0; viewer < 20; viewer++) {
      const sender = new SrtpSender(profile, ...keysOf(profile, 1), bench.crypto);
      for (let sequence = 0; sequence < 20; sequence++)
        expect(seal(sender, rtp({ ...next, sequence })).length).toBeGreaterThan(1112);
    }

    const tablesBytes = 20 * 32 * 1024;
    expect(bench.memory.usedBytes - usedBytes).toBeLessThan(tablesBytes);
  });

  it('is done without where memory is exhausted', () => {
    const bench = srtpBenches.wasm();
    while (bench.memory.allocate(1024) >= 0);
    while (bench.memory.allocate(64) >= 0);
    const receiver = new SrtpReceiver(profile, ...keysOf(profile, 1), bench.crypto);
    const sender = new SrtpSender(profile, ...keysOf(profile, 1), bench.crypto);

    for (let sequence = 0; sequence < 40; sequence++) {
      const sealed = seal(sender, rtp({ ...next, sequence }));
      expect(receiver.unprotect(sealed, 0, sealed.length, new ReceivedPacket().header)).toBe(1112);
    }
  });
});
