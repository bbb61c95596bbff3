import fc from 'fast-check';
import { inBlocks } from './blocks.js';

it('gives every byte once, in order, in blocks of which only the last is short', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 12 })),
      fc.integer({ min: 1, max: 7 }),
      async (chunks, size) => {
        const blocks: Buffer[] = [];
        for await (const block of inBlocks(chunksOf(chunks), size)) blocks.push(Buffer.from(block));

        expect(Buffer.concat(blocks)).toEqual(Buffer.concat(chunks));
        expect(blocks.slice(0, -1).every((block) => block.length === size)).toBe(true);
        expect(blocks.every((block) => block.length > 0)).toBe(true);
      },
    ),
  );
});

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, these are all here
async function* chunksOf(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}
