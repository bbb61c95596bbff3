import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { wholeRange } from './whole-range.js';

const parts = [Buffer.from('abc'), Buffer.from('de')];

describe('wholeRange', () => {
  it('passes on what is there', async () => {
    const sent = await buffer(wholeRange(Readable.from(parts), { start: 10, end: 14 }));

    expect(sent.toString()).toBe('abcde');
  });

  it('fails after the last byte when more were promised', async () => {
    const sent: string[] = [];
    const sending = async (): Promise<void> => {
      for await (const part of wholeRange(Readable.from(parts), { start: 0, end: 5 })) sent.push(String(part));
    };

    await expect(sending()).rejects.toThrow('1 bytes are missing.');
    expect(sent).toEqual(['abc', 'de']);
  });
});
