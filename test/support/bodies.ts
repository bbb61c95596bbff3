/** Bodies of objects, as drivers take them. */

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, these are all here
export async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, this one is all here
export async function* breakingOff(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('broke off');
}
