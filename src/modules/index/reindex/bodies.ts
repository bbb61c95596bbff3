/** The first bytes of a body that has as many or more. */
export async function* firstBytes(body: AsyncIterable<Uint8Array>, sizeBytes: number): AsyncIterable<Uint8Array> {
  let restBytes = sizeBytes;
  for await (const chunk of body) {
    if (restBytes <= 0) return;
    yield chunk.subarray(0, restBytes);
    restBytes -= chunk.length;
  }
}
