import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BodyReader } from './body-reader.js';

describe('BodyReader', () => {
  it('gives a small body whole', async () => {
    const reader = new BodyReader(bytes('me', 'dia'), 5);

    expect((await reader.wholeWithin(5))?.toString()).toBe('media');
    expect(reader.sizeBytes).toBe(5);
    expect(await buffer(reader.everything())).toHaveLength(0);
  });

  it('gives an empty body whole', async () => {
    expect(await new BodyReader(bytes()).wholeWithin(5)).toHaveLength(0);
  });

  it('gives a large body out once, the beginning too', async () => {
    const reader = new BodyReader(bytes('0123', '4567', '89'), 10);

    expect(await reader.wholeWithin(5)).toBeUndefined();
    expect((await buffer(reader.everything())).toString()).toBe('0123456789');
    expect(reader.sizeBytes).toBe(10);
    expect(reader.failure).toBeUndefined();
  });

  it.each([4, 6])('breaks off a body of five bytes that was said to have %d', async (promisedBytes) => {
    const small = new BodyReader(bytes('me', 'dia'), promisedBytes);
    const large = new BodyReader(bytes('me', 'dia'), promisedBytes);

    await expect(small.wholeWithin(100)).rejects.toThrow(RangeError);
    await expect(large.wholeWithin(1)).resolves.toBeUndefined();
    await expect(buffer(large.everything())).rejects.toThrow(RangeError);
    expect(small.failure?.error).toBeInstanceOf(RangeError);
  });

  it('tells what broke the body off', async () => {
    const reader = new BodyReader(Readable.from(failing()));

    await expect(reader.wholeWithin(100)).rejects.toThrow('broke off');
    expect(reader.failure?.error).toMatchObject({ message: 'broke off' });
  });

  it.each([0, 1])('lets go of a body of which %d parts were read', async (parts) => {
    const body = Readable.from(bytes('a', 'b', 'c'), { objectMode: false, highWaterMark: 1 });
    const reader = new BodyReader(body);
    if (parts > 0) await reader.wholeWithin(0);

    await reader.close();
    await reader.close();

    expect(body.destroyed).toBe(true);
  });
});

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, these are all here
async function* bytes(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, this one is all here
async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('broke off');
}
