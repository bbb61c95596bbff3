import { PACKETS_PER_FILL } from '../../media/kernels/kernel-memory.js';
import type { SrtpKernels } from '../../media/kernels/srtp-kernels.js';
import { srtpProfileNames } from '../../media/srtp/profile.js';
import { ReceivedPacket, SrtpReceiver } from '../../media/srtp/receiver.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import { srtpCrypto } from './node-srtp-crypto.js';
import { compiledSpace, kernelBench, srtpBenches, type SrtpBench } from './testing/implementations.js';
import { keysOf, Opener, rtp, seal } from './testing/sealed-packets.js';

/** Makes another packet of a good one. */
type Forge = (sealed: Uint8Array, round: number) => Uint8Array;

/** Nobody but the sender can do that: the tag does not fit. */
function renumbered(sealed: Uint8Array, step: number): Uint8Array {
  const bytes = sealed.slice();
  const view = new DataView(bytes.buffer);
  view.setUint16(2, view.getUint16(2) + step);
  return bytes;
}

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

  /** What thirty sessions cost, whose packets come with so many forged ones each. */
  function besideForgers(kinds: readonly Forge[]): { windows: number; usedBytes: number; refused: number } {
    const { bench, fills } = counting();
    const openers = Array.from({ length: 30 }, (_, seed) => new Opener(bench, profile, seed));
    const senders = openers.map((_, seed) => new SrtpSender(profile, ...keysOf(profile, seed), srtpCrypto));
    for (let round = 0; round < 40; round++) {
      for (const [at, sender] of senders.entries()) {
        const sealed = seal(sender, rtp({ ...next, payload: 100, sequence: (65_500 + round) & 0xffff }));
        expect(openers[at]?.open([sealed], 0)[0]).toMatch(/^112 /);
        for (const forge of kinds) expect(openers[at]?.open([forge(sealed, round)], 0)[0]).toMatch(/^-1 /);
      }
    }
    return {
      windows: fills.filter((packets) => packets !== 1).length,
      usedBytes: bench.memory.usedBytes,
      refused: openers.reduce((sum, { receiver }) => sum + receiver.failures + receiver.replays, 0),
    };
  }

  it('is for thirty sessions as if nobody forged, when each packet has those of all kinds beside it', () => {
    const kinds: readonly Forge[] = [
      (sealed) => renumbered(sealed, 5),
      (sealed) => renumbered(sealed, 20_000),
      (sealed) => renumbered(sealed, -20_000),
      (sealed, round) => renumbered(sealed, 1).with(8, round),
      (sealed, round) => sealed.slice(0, round),
      (sealed) => sealed,
    ];

    const undisturbed = besideForgers([]);

    expect(besideForgers(kinds)).toEqual({ ...undisturbed, refused: 30 * 40 * kinds.length });
    expect(undisturbed.windows).toBeLessThanOrEqual(30 * 5);
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
