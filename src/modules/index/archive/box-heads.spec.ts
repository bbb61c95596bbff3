import fc from 'fast-check';
import { cmaf, encodeRepeated } from '../../../media/containers/index.js';
import { BoxHeads } from './box-heads.js';

const repeated = {
  kind: 'video',
  bytes: Buffer.alloc(500, 7),
  count: 10,
  startTicks: 0,
  durationTicks: 90_000,
} as const;
const first = encodeRepeated(cmaf, repeated);
const second = encodeRepeated(cmaf, { ...repeated, startTicks: 90_000 }).subarray(cmaf.segmentType.length);
const file = Buffer.concat([first, second]);

function scan(bytes: Buffer, chunkBytes: number): ReturnType<typeof cmaf.scanSegment> {
  const heads = new BoxHeads();
  for (let at = 0; at < bytes.length; at += chunkBytes) heads.push(bytes.subarray(at, at + chunkBytes));
  return cmaf.scanSegment((offset, length) => heads.read(offset, length), bytes.length);
}

const scanWhole = (bytes: Buffer): ReturnType<typeof cmaf.scanSegment> =>
  cmaf.scanSegment((offset, length) => bytes.subarray(offset, offset + length), bytes.length);

describe('BoxHeads', () => {
  it('gives what a scan needs, however the bytes are cut and wherever they end', () => {
    expect(scanWhole(file).fragments).toBe(2);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: file.length }), (chunkBytes, length) => {
        const cut = file.subarray(0, length);
        expect(scan(cut, chunkBytes)).toEqual(scanWhole(cut));
      }),
    );
  });

  it('is not misled by bytes that are no boxes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (bytes, chunkBytes) => {
        const content = Buffer.concat([file, bytes]);
        expect(scan(content, chunkBytes)).toEqual(scanWhole(content));
      }),
    );
  });
});
