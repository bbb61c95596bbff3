/** Bytes that are all here, as the body that drivers take. */
// eslint-disable-next-line @typescript-eslint/require-await -- drivers take bodies as they come, this one is all here
export async function* bodyOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
