/** Bodies of objects, as drivers take them. */
import { createHash } from 'node:crypto';

const STEP_BYTES = 256 * 1024;

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, these are all here
export async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, this one is all here
export async function* breakingOff(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('broke off');
}

/** Bytes that differ from place to place, made as they are read. */
export async function* generated(sizeBytes: number, hash = createHash('sha256')): AsyncIterable<Uint8Array> {
  for (let from = 0; from < sizeBytes; from += STEP_BYTES) {
    const chunk = Buffer.alloc(Math.min(STEP_BYTES, sizeBytes - from), `${from}-`);
    hash.update(chunk);
    yield chunk;
    await new Promise(setImmediate);
  }
}
