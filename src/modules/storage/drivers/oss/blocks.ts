/**
 * Cuts a body into blocks of `blockBytes`, the last of which may be shorter. All are laid into one piece of memory, so
 * that a large body does not leave as many behind for the collector: a block is good until the next one is asked for.
 */
export async function* inBlocks(body: AsyncIterable<Uint8Array>, blockBytes: number): AsyncGenerator<Buffer, void> {
  const block = Buffer.allocUnsafeSlow(blockBytes);
  let filledBytes = 0;
  for await (const chunk of body) {
    let taken = 0;
    while (taken < chunk.length) {
      const part = chunk.subarray(taken, taken + blockBytes - filledBytes);
      block.set(part, filledBytes);
      taken += part.length;
      filledBytes += part.length;
      if (filledBytes < blockBytes) continue;
      yield block;
      filledBytes = 0;
    }
  }
  if (filledBytes > 0) yield block.subarray(0, filledBytes);
}
