import { writeHlsMedia, writeHlsMultivariant } from './hls.js';
import { PlaceLineages } from './place-lineages.js';
import type { ManifestTimeline, ManifestTrack } from './timeline.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const SECONDS = NOW / 1000;
const SEGMENT_MS = 6000;
const VIDEO: ManifestTrack = {
  ...{ id: 'v1', kind: 'video', codecString: 'avc1.42E01F', timescale: 1000, initUri: 'init.m4s' },
  ...{ width: undefined, height: undefined, sampleRate: undefined, channels: undefined },
};

/** A Period of its own for each run of segments that follow each other, laid out without a gap. */
function live(...runs: readonly (readonly number[])[]): ManifestTimeline {
  let startMs = 0;
  const periods = runs.map((numbers) => {
    const mediaStartMs = (Number(numbers[0]) - 1) * SEGMENT_MS;
    const durationMs = numbers.length * SEGMENT_MS;
    startMs += durationMs;
    return {
      ...{ id: `p${String(numbers[0])}`, startMs: startMs - durationMs, durationMs, mediaStartMs, tracks: [VIDEO] },
      startEpochMs: NOW + mediaStartMs,
      segments: numbers.map((number) => {
        const startTicks = (number - 1) * SEGMENT_MS;
        const uri = `seg_${String(number).padStart(4, '0')}.m4s`;
        const object = { trackId: 'v1', uri, startTicks, durationTicks: SEGMENT_MS, sizeBytes: 1, independent: true };
        return { number, origin: { sessionId: 's1', startMs: startTicks }, objects: [object] };
      }),
    };
  });
  const facts = { isLive: true, availabilityStartEpochMs: NOW, publishedEpochMs: NOW, segmentDurationMs: SEGMENT_MS };
  return { ...facts, periods };
}

/** First sequence number, and the segments, those that are gone with a minus. */
function places(lineages: PlaceLineages, asked: number | 'new'): number[] {
  const playlist = writeHlsMedia(lineages.timeline(asked), 'video');
  const entries = [...playlist.matchAll(/(#EXT-X-GAP\n)?seg_(\d+)/g)];
  const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1]);
  return [first, ...entries.map(([, gap, number]) => (gap === undefined ? 1 : -1) * Number(number))];
}

const numberOfNew = (lineages: PlaceLineages): number | undefined => lineages.timeline('new').places;

it('shows gaps to who was there, and none to who comes new', () => {
  const lineages = new PlaceLineages(live([1, 2, 3, 4]));
  expect(writeHlsMultivariant(lineages.timeline('new'))).toContain('\nvideo.m3u8\n');

  lineages.show(live([1], [3, 4, 5]));

  expect(writeHlsMultivariant(lineages.timeline('new'))).toContain(`\nvideo.m3u8?places=${SECONDS}\n`);
  expect(places(lineages, SECONDS)).toEqual([0, 1, 3, 4, 5]);
  expect(places(lineages, 0)).toEqual([0, 1, -2, 3, 4, 5]);
});

it('begins none for what was deleted while nobody came', () => {
  const lineages = new PlaceLineages(live([1, 2, 3, 4, 5]));
  lineages.show(live([1], [3, 4, 5]));
  lineages.show(live([1], [3], [5]));

  expect([numberOfNew(lineages), numberOfNew(lineages)]).toEqual([SECONDS, SECONDS]);
  expect(places(lineages, SECONDS)).toEqual([0, 1, 3, 5]);
});

it('counts entries, and not numbers, of what goes away at the beginning', () => {
  const lineages = new PlaceLineages(live([1, 2, 3, 4]));
  lineages.show(live([1], [3, 4]));
  expect(places(lineages, 'new')).toEqual([0, 1, 3, 4]);

  lineages.show(live([4, 5]));

  expect(places(lineages, SECONDS)).toEqual([2, 4, 5]);
  expect(places(lineages, 0)).toEqual([3, 4, 5]);
});

it('keeps the first and the newest, and has the first for a number that it does not know', () => {
  const lineages = new PlaceLineages(live([1, 2, 3, 4, 5, 6, 7]));
  const numbers: (number | undefined)[] = [];
  for (let number = 3; number <= 6; number += 1) {
    lineages.show(live([1], [number, 7]));
    numbers.push(numberOfNew(lineages));
  }

  expect(numbers).toEqual([0, 1, 2, 3].map((index) => SECONDS + index));
  expect(numbers.map((number) => lineages.has(Number(number)))).toEqual([false, true, true, true]);
  expect(places(lineages, SECONDS)).toEqual([0, 1, -2, -3, -4, -5, 6, 7]);
  expect(places(lineages, SECONDS + 1)).toEqual([0, 1, -4, -5, 6, 7]);
  expect(places(lineages, SECONDS + 3)).toEqual([0, 1, 6, 7]);
  expect(places(lineages, 12)).toEqual(places(lineages, 0));
});

it('is the same object until something else is shown', () => {
  const lineages = new PlaceLineages(live([1, 2, 3]));
  lineages.show(live([1], [3]));
  const known = [lineages.timeline('new'), lineages.timeline(0)];

  expect([lineages.timeline('new'), lineages.timeline(0)].every((one, index) => one === known[index])).toBe(true);
});
