import { hopOf, isLoop, readHops, writeHops } from './stream-hops.js';

it('a stream that comes back to where it came by is a loop', () => {
  const [cam, other] = [hopOf('cam'), '0123456789abcdef/cam'];

  expect(isLoop([other], [cam])).toBe(false);
  expect(isLoop([other, cam], [cam])).toBe(true);
  expect(isLoop([other], [cam, other])).toBe(true);
});

it('hops go through a header, whatever the stream is called', () => {
  const hops = [hopOf('a, b/c'), hopOf('ü')];

  expect(readHops(writeHops(hops))).toEqual(hops);
  expect(readHops(['0123456789abcdef/a, nonsense', ''])).toEqual(['0123456789abcdef/a']);
  expect(readHops(undefined)).toEqual([]);
});

it('who has come by sixteen servers goes no further', () => {
  const many = Array.from({ length: 16 }, (_, index) => `${index.toString(16).padStart(16, '0')}/cam`);

  expect(isLoop(many.slice(1), [hopOf('cam')])).toBe(false);
  expect(isLoop(many, [hopOf('cam')])).toBe(true);
});
