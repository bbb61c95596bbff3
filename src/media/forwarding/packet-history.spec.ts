import fc from 'fast-check';
import { MediaMemory } from '../memory.js';
import { PacketHistory } from './packet-history.js';
import { SourcePacket } from './source-packet.js';

const INPUT = 64;
const INPUT_BYTES = 2048;

class Scene {
  readonly memory: MediaMemory;
  readonly packet: SourcePacket;
  readonly found: SourcePacket;

  constructor(memoryBytes = 1 << 20) {
    this.memory = new MediaMemory(new ArrayBuffer(memoryBytes), INPUT + INPUT_BYTES);
    this.packet = new SourcePacket(this.memory.bytes);
    this.found = new SourcePacket(this.memory.bytes);
  }

  history(sizeBytes: number, ageMs = 1_000): PacketHistory {
    return new PacketHistory(this.memory, { sizeBytes, ageMs });
  }

  add(history: PacketHistory, sequence: number, length: number, arrivalMs = 0): void {
    this.memory.bytes.fill(sequence & 0xff, INPUT, INPUT + length);
    Object.assign(this.packet, { sequence, payloadOffset: INPUT, payloadLength: length, arrivalMs });
    history.add(this.packet);
  }

  /** @returns the bytes, undefined for none */
  load(history: PacketHistory, sequence: number, nowMs = 0): Uint8Array | undefined {
    if (!history.load(sequence, nowMs, this.found)) return undefined;
    const { payloadOffset, payloadLength } = this.found;
    return this.memory.bytes.slice(payloadOffset, payloadOffset + payloadLength);
  }
}

describe('PacketHistory', () => {
  it('gives back what it was given, with all that belongs to it', () => {
    const scene = new Scene();
    const history = scene.history(4096);
    const facts = {
      run: 3,
      timestamp: 2 ** 32 - 1,
      marker: true,
      payloadType: 127,
      captureOffset: INPUT,
      captureLength: 8,
    };
    Object.assign(scene.packet, facts);
    scene.add(history, 2 ** 33 + 5, 20, 100);

    expect(scene.load(history, 2 ** 33 + 5, 200)).toEqual(new Uint8Array(20).fill(5));
    expect(scene.found).toMatchObject({ ...facts, captureOffset: scene.found.payloadOffset - 8, arrivalMs: 100 });
    expect(scene.load(history, 5, 200)).toBeUndefined();
  });

  it('what is too old is no more', () => {
    const scene = new Scene();
    const history = scene.history(4096, 500);
    scene.add(history, 1, 10, 0);

    expect(scene.load(history, 1, 500)).toBeDefined();
    expect(scene.load(history, 1, 501)).toBeUndefined();
  });

  it('never gives back other bytes than it was given, and always the newest, whatever their sizes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 300 }), (lengths) => {
        const scene = new Scene();
        const history = scene.history(8192);
        lengths.forEach((length, sequence) => {
          scene.add(history, sequence, length);
          if (scene.load(history, sequence)?.length !== length) throw new Error('The newest is not there.');
        });
        let kept = 0;
        lengths.forEach((length, sequence) => {
          const bytes = scene.load(history, sequence);
          if (bytes === undefined) return;
          kept += length;
          expect(bytes.length === length && bytes.every((byte) => byte === (sequence & 0xff))).toBe(true);
        });
        expect(kept).toBeLessThanOrEqual(8192);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps nothing where memory is short, or after it was closed', () => {
    const scene = new Scene(64 << 10);
    const none = scene.history(1 << 20);
    scene.add(none, 1, 10);
    expect(scene.load(none, 1)).toBeUndefined();
    none.close();

    const history = scene.history(4096);
    scene.add(history, 1, 10);
    history.close();
    history.close();
    scene.add(history, 2, 10);
    expect([scene.load(history, 1), scene.load(history, 2)]).toEqual([undefined, undefined]);
    expect(scene.memory.allocate(4096)).not.toBe(scene.memory.allocate(4096));
  });
});
