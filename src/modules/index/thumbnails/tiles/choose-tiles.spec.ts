import { chooseTiles, type ShownStretch } from './choose-tiles.js';

const LINE = { startMs: 100_000, stepMs: 10_000, count: 6 };

const stretch = (frame: string, fromSeconds: number, seconds = 6): ShownStretch<string> => ({
  startMs: LINE.startMs + fromSeconds * 1000,
  endMs: LINE.startMs + (fromSeconds + seconds) * 1000,
  frame,
});

/** What is at each place. */
function shown(...stretches: ShownStretch<string>[]): string[] {
  const places = Array<string>(LINE.count).fill('');
  for (const { frame, places: at } of chooseTiles(stretches, LINE)) for (const place of at) places[place] = frame;
  return places;
}

describe('the pictures of a sheet', () => {
  it('are of what was recorded in the middle of each place', () => {
    const stretches = Array.from({ length: 10 }, (_, index) => stretch(`k${String(index)}`, index * 6));

    expect(shown(...stretches)).toEqual(['k0', 'k2', 'k4', 'k5', 'k7', 'k9']);
  });

  it('are of what began before the sheet and lasts into it', () => {
    expect(shown(stretch('before', -3), stretch('later', 3, 60))).toEqual(['later', ...Array<string>(5).fill('later')]);
    expect(shown(stretch('before', -3, 4))).toEqual(['before', '', '', '', '', '']);
  });

  it('are missing where nothing was recorded', () => {
    expect(shown(stretch('a', 0, 10), stretch('b', 32, 10))).toEqual(['a', '', '', 'b', 'b', '']);
  });

  it('are of the little that was recorded of a place, beside its middle', () => {
    expect(shown(stretch('early', 10, 2), stretch('late', 27, 3))).toEqual(['', 'early', 'late', '', '', '']);
  });

  it('stand at as many places as they last', () => {
    expect(chooseTiles([stretch('long', 0, 60)], LINE)).toEqual([{ frame: 'long', places: [0, 1, 2, 3, 4, 5] }]);
  });

  it('are none of what lies beside the sheet', () => {
    expect(chooseTiles([stretch('before', -10, 10), stretch('behind', 60)], LINE)).toEqual([]);
  });
});
