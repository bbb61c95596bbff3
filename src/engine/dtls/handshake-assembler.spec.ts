import fc from 'fast-check';
import { HandshakeAssembler } from './handshake-assembler.js';

/** Splits a message into fragments of `size` bytes, each with its own header (RFC 6347 section 4.2.2). */
function fragments(type: number, sequence: number, body: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset === 0 || offset < body.length; offset += size) {
    const content = body.subarray(offset, offset + size);
    const part = new Uint8Array(12 + content.length);
    const view = new DataView(part.buffer);
    view.setUint32(0, type * 2 ** 24 + body.length);
    view.setUint16(4, sequence);
    view.setUint16(7, offset);
    view.setUint16(10, content.length);
    part.set(content, 12);
    parts.push(part);
  }
  return parts;
}

describe('HandshakeAssembler', () => {
  it('delivers whole messages once and in order, however their fragments come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.infiniteStream(fc.nat()),
        (bodies, size, order) => {
          const got: { sequence: number; body: number[] }[] = [];
          const assembler = new HandshakeAssembler(({ sequence, bytes }, isRepeated) => {
            if (!isRepeated) got.push({ sequence, body: [...bytes.subarray(12)] });
            return true;
          });
          const parts = bodies.flatMap((body, sequence) => fragments(11, sequence, body, size));
          const shuffled = [...parts, ...parts]
            .map((part) => ({ part, key: Number(order.next().value) }))
            .sort((a, b) => a.key - b.key);
          for (const { part } of shuffled) assembler.push(part);
          for (const part of parts) assembler.push(part);

          expect(got).toEqual(bodies.map((body, sequence) => ({ sequence, body: [...body] })));
        },
      ),
    );
  });

  it('delivers the first message again while nothing came after it', () => {
    const repeats: boolean[] = [];
    const assembler = new HandshakeAssembler((_, isRepeated) => repeats.push(isRepeated) > 0);
    const [hello] = fragments(1, 0, Uint8Array.from([1, 2, 3]), 10);
    const [second] = fragments(1, 1, Uint8Array.from([4]), 10);

    for (const part of [hello, hello, second, hello]) if (part !== undefined) assembler.push(part);

    expect(repeats).toEqual([false, true, false]);
  });

  it('has room for the next message of a number whose first one was not accepted', () => {
    const got: number[] = [];
    const assembler = new HandshakeAssembler(({ type }) => {
      if (type === 14) throw new Error('refused');
      if (type === 11) got.push(type);
      return type === 11;
    });
    const [forged, refused, right] = [12, 14, 11].flatMap((type) => fragments(type, 0, Uint8Array.from([1]), 10));

    if (forged !== undefined) assembler.push(forged);
    expect(() => refused !== undefined && assembler.push(refused)).toThrow('refused');
    if (right !== undefined) assembler.push(right);

    expect(got).toEqual([11]);
    expect(assembler.nextSequence).toBe(1);
  });

  it.each([
    ['type', 12, 20],
    ['length', 11, 30],
  ])('lets no fragment of another %s keep a message out', (_, type, length) => {
    const got: number[] = [];
    const assembler = new HandshakeAssembler(({ type: heard }) => got.push(heard) > 0);
    const [forged] = fragments(type, 0, new Uint8Array(length), 10);

    if (forged !== undefined) assembler.push(forged);
    for (const part of fragments(11, 0, new Uint8Array(20), 10)) assembler.push(part);

    expect(got).toEqual([11]);
  });

  it('keeps nothing of a type that is not heard, nor of more than 8 KiB', () => {
    const got: number[] = [];
    const assembler = new HandshakeAssembler(
      ({ type }) => got.push(type) > 0,
      (type) => type === 11,
    );
    for (const part of fragments(99, 0, Uint8Array.from([1]), 10)) assembler.push(part);
    for (const part of fragments(11, 0, new Uint8Array(8193), 1000)) assembler.push(part);
    for (const part of fragments(11, 0, new Uint8Array(8192), 1000)) assembler.push(part);

    expect(got).toEqual([11]);
  });

  it('survives every sequence of bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 8 }), (datagrams) => {
        const assembler = new HandshakeAssembler(() => true);
        for (const datagram of datagrams) assembler.push(datagram);
      }),
    );
  });
});
