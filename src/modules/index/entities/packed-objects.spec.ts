import type { RecordedObject } from '../../../engine/index.js';
import { packedObjectsColumn } from './packed-objects.js';

const { to, from } = packedObjectsColumn.transformer;

function recorded(trackId: string, independent: boolean): RecordedObject {
  const size = {
    sizeBytes: 1000,
    startTicks: 9_007_199_254_740,
    durationTicks: 540_000,
    timescale: 90_000,
    samples: 180,
  };
  return { trackId, kind: 'video', objectKey: `cam/a "name"\\\n/${trackId}.m4s`, sha256: 'ab', ...size, independent };
}

describe('packedObjectsColumn', () => {
  it.each([0, 1, 3])('gives %d objects back as they were', (count) => {
    const objects = Array.from({ length: count }, (_, index) => recorded(`v${index}`, index % 2 === 0));

    expect(from(to(objects) ?? '')).toEqual(objects);
  });

  it('keeps what manifests show in the first of two lines, with the folder once', () => {
    const [shown = '', ...others] = (to([recorded('v1', true), recorded('v2', false)]) ?? '').split('\n');

    expect(others).toHaveLength(1);
    expect(shown).not.toContain('ab');
    expect(JSON.parse(`[${shown}]`)).toEqual([
      ...['cam/a "name"\\\n/', 2],
      ...['v1', 'v1.m4s', 9_007_199_254_740, 540_000, 1000, true],
      ...['v2', 'v2.m4s', 9_007_199_254_740, 540_000, 1000, false],
    ]);
  });

  it.each([
    [['cam/day/seg.m4s', 'cam/night/seg.m4s']],
    [['cam/day/seg.m4s', 'cam/day/more/seg.m4s']],
    [['seg.m4s', 'cam/seg.m4s']],
  ])('gives keys of several folders back: %j', (keys) => {
    const objects = keys.map((objectKey) => ({ ...recorded('v1', true), objectKey }));

    expect(from(to(objects) ?? '')).toEqual(objects);
  });
});
