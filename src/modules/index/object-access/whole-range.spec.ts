import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { begun, wholeRange } from './whole-range.js';

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

  it('closes what it reads from when nobody wants the rest', async () => {
    const bytes = Readable.from(parts);
    const sending = wholeRange(bytes, { start: 0, end: 4 });

    await sending.next();
    await sending.return(undefined);

    expect(bytes.destroyed).toBe(true);
  });

  it('fails when no more bytes come, and closes what it read from', async () => {
    const bytes = new Readable({ read: () => undefined });
    const sending = wholeRange(bytes, { start: 0, end: 4 }, 20);

    await expect(sending.next()).rejects.toThrow('no answer within');
    expect(bytes.destroyed).toBe(true);
  });
});

describe('begun', () => {
  it('fails before anything was promised when the first bytes do not come', async () => {
    const bytes = new Readable({ read: () => undefined });
    bytes.destroy(new Error('reset'));

    await expect(begun(wholeRange(bytes, { start: 0, end: 4 }))).rejects.toThrow('reset');
  });

  it('leaves nothing out and closes the source at the end', async () => {
    const bytes = Readable.from(parts);
    const sent = await buffer(await begun(wholeRange(bytes, { start: 0, end: 4 })));

    expect(sent.toString()).toBe('abcde');
    expect(bytes.destroyed).toBe(true);
  });
});
