/** Cuts a body into blocks of `blockBytes`, the last of which may be shorter. Never holds more than a block and a chunk. */
export async function* inBlocks(body: AsyncIterable<Uint8Array>, blockBytes: number): AsyncGenerator<Buffer, void> {
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    let rest = chunk;
    while (sizeBytes + rest.length >= blockBytes) {
      const cut = blockBytes - sizeBytes;
      yield Buffer.concat([...parts, rest.subarray(0, cut)], blockBytes);
      parts = [];
      sizeBytes = 0;
      rest = rest.subarray(cut);
    }
    if (rest.length > 0) parts.push(rest);
    sizeBytes += rest.length;
  }
  if (sizeBytes > 0) yield Buffer.concat(parts, sizeBytes);
}
