import { writeHlsMedia, writeHlsMultivariant } from './hls.js';
import { Places } from './places.js';
import { VIDEO } from './testing/tracks.js';
import type { ManifestTimeline, ManifestTrack } from './timeline.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const SEGMENT_MS = 6000;
const MILLISECOND_VIDEO: ManifestTrack = { ...VIDEO, timescale: 1000 };

/** One Period with segments of one to `count`. @param gone number of a segment and the change that it went with */
function placesOf(count: number, gone: Readonly<Record<number, number>>): Places {
  const whole = (change: number): ManifestTimeline => {
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const known = numbers.filter((number) => (gone[number] ?? Infinity) > change);
    const segments = known.map((number) => {
      const startTicks = (number - 1) * SEGMENT_MS;
      const name = `seg_${String(number).padStart(4, '0')}.m4s`;
      const object = {
        trackId: 'v1',
        folder: '',
        name,
        startTicks,
        durationTicks: SEGMENT_MS,
        sizeBytes: 1,
        independent: true,
      };
      const goneWith = gone[number] === undefined ? {} : { goneWith: gone[number] };
      return { number, sessionId: 's1', startMs: startTicks, objects: [object], ...goneWith };
    });
    const durationMs = count * SEGMENT_MS;
    const period = {
      id: 'p1',
      startMs: 0,
      durationMs,
      mediaStartMs: 0,
      tracks: [MILLISECOND_VIDEO],
      startEpochMs: NOW,
      segments,
    };
    const facts = { isLive: true, availabilityStartEpochMs: NOW, publishedEpochMs: NOW, segmentDurationMs: SEGMENT_MS };
    return { ...facts, periods: [period] };
  };
  return new Places({ lastChange: Math.max(0, ...Object.values(gone)), whole });
}

/** First sequence number, and the segments, those that are gone with a minus. */
function entries(places: Places, asked: number | 'new'): number[] {
  const playlist = writeHlsMedia(places.placed(asked).timeline, 'video');
  const found = [...playlist.matchAll(/(#EXT-X-GAP\n)?seg_(\d+)/g)];
  const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1]);
  return [first, ...found.map(([, gap, number]) => (gap === undefined ? 1 : -1) * Number(number))];
}

it('shows gaps to who was there, and none to who comes new', () => {
  const places = placesOf(5, { 2: 17 });

  expect(writeHlsMultivariant(places.placed('new').timeline)).toContain('\nvideo.m3u8?places=17\n');
  expect(entries(places, 17)).toEqual([0, 1, 3, 4, 5]);
  expect(entries(places, 0)).toEqual([0, 1, -2, 3, 4, 5]);
});

it('names none where nothing is gone in the middle', () => {
  expect(writeHlsMultivariant(placesOf(5, { 1: 3, 2: 17 }).placed('new').timeline)).toContain('\nvideo.m3u8\n');
  expect(entries(placesOf(5, { 1: 3, 2: 17 }), 'new')).toEqual([2, 3, 4, 5]);
});

it('goes on in each way to count when more goes away', () => {
  const places = placesOf(7, { 2: 17, 4: 18, 6: 19 });

  expect(entries(places, 0)).toEqual([0, 1, -2, 3, -4, 5, -6, 7]);
  expect(entries(places, 17)).toEqual([0, 1, 3, -4, 5, -6, 7]);
  expect(entries(places, 18)).toEqual([0, 1, 3, 5, -6, 7]);
  expect(entries(places, 'new')).toEqual([0, 1, 3, 5, 7]);
});

it('counts entries, and not numbers, of what goes away at the beginning', () => {
  const places = placesOf(5, { 2: 17, 1: 18, 3: 19 });

  expect(entries(places, 17)).toEqual([2, 4, 5]);
  expect(entries(places, 0)).toEqual([3, 4, 5]);
});

it('has the plain one for a change that there was not yet', () => {
  const places = placesOf(5, { 2: 17 });

  expect(entries(places, 18)).toEqual(entries(places, 0));
});

it('is the same object, however many others are asked for', () => {
  const places = placesOf(5, { 2: 17, 3: 18 });
  const known = places.placed('new');

  for (const asked of [0, 17, 18]) places.placed(asked);

  expect(places.placed('new')).toBe(known);
});
