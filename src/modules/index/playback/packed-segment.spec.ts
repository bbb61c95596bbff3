import { AUDIO, VIDEO } from '../../../media/manifests/testing/tracks.js';
import { packedObjectsColumn } from '../entities/packed-objects.js';
import { buildTimeline, type TimelineSegment } from '../manifests/build-timeline.js';
import { writeManifest } from '../manifests/manifest-document.js';
import { LineScanner } from './line-scanner.js';
import { ObjectTable } from './packed-segment.js';
import { unpacked, type ReadSegment } from './read-segment.js';
import type { SegmentFacts } from './segment-reader.js';

const DIRECTORY = 'cam/2026/11/20';

interface Changes {
  readonly period?: number;
  readonly lostTracks?: string[];
  /** By how much sound and picture begin later than where the segment before ended. */
  readonly lateTicks?: number;
  readonly nameOf?: (kind: string, digits: string) => string;
  readonly withoutSound?: boolean;
}

function segment(number: number, changes: Changes = {}): SegmentFacts {
  const { period = 0, lostTracks = null, lateTicks = 0, withoutSound = false } = changes;
  const nameOf = changes.nameOf ?? ((kind, digits) => `${kind === 'audio' ? 'audio_' : ''}seg_${digits}.m4s`);
  const objects = [VIDEO, ...(withoutSound ? [] : [AUDIO])].map(({ id, kind, timescale }) => ({
    ...{ trackId: id, kind, timescale, samples: 1, sha256: 'ab', independent: true },
    objectKey: `${DIRECTORY}/${nameOf(kind, String(number).padStart(4, '0'))}`,
    startTicks: (number - 1) * 6 * timescale + lateTicks,
    durationTicks: 6 * timescale,
    sizeBytes: 1000 + number,
  }));
  const place = {
    number,
    period,
    startMs: (number - 1) * 6000,
    durationMs: 6000,
    state: 'stored' as const,
    lostTracks,
  };
  return { directory: DIRECTORY, sessionId: 's1', ...place, objects };
}

function packed(segments: readonly SegmentFacts[]): ReadSegment[] {
  const table = new ObjectTable('here/');
  return segments.map((one) => {
    const [shown = ''] = packedObjectsColumn.transformer.to(one.objects)?.split('\n') ?? [];
    return table.add(one, new LineScanner(shown));
  });
}

/** With nothing that is made when it is asked for. */
function plain(one: TimelineSegment, objects: SegmentFacts['objects']): TimelineSegment {
  const shown = objects.map(({ trackId, objectKey, startTicks, durationTicks, sizeBytes, independent }) => {
    const name = objectKey.slice(objectKey.lastIndexOf('/') + 1);
    return { trackId, folder: 'here/', name, startTicks, durationTicks, sizeBytes, independent };
  });
  return { ...one, objects: shown };
}

function manifests(segments: readonly TimelineSegment[]): string[] {
  const track = { sessionId: 's1', directory: DIRECTORY };
  const tracks = [
    { ...VIDEO, ...track },
    { ...AUDIO, ...track },
  ];
  const facts = { isLive: false, publishedEpochMs: 0, segmentDurationMs: 6000 };
  const timeline = buildTimeline({ anchors: new Map([['s1', 0]]), tracks, segments }, facts);
  const names = ['manifest.mpd', 'video.m3u8', 'audio.m3u8'] as const;
  return names.map((name) => writeManifest(name, timeline, new Date(0)).body.toString());
}

const RECORDINGS: Readonly<Record<string, readonly SegmentFacts[]>> = {
  'without a break': [1, 2, 3, 4, 5].map((number) => segment(number)),
  'with a number missing': [1, 2, 4, 5].map((number) => segment(number)),
  'from a number of five digits on': [9998, 9999, 10_000, 10_001].map((number) => segment(number)),
  'with a jump in time': [segment(1), segment(2), segment(3, { lateTicks: 90_000 }), segment(4, { lateTicks: 90_000 })],
  'with a hole of a few ticks': [segment(1), segment(2, { lateTicks: 30 }), segment(3, { lateTicks: 30 })],
  'with a new Period': [segment(1), segment(2), segment(3, { period: 1 }), segment(4, { period: 1 })],
  'with a segment without sound': [segment(1), segment(2, { withoutSound: true }), segment(3), segment(4)],
  'with another name in the middle': [
    segment(1),
    segment(2, { nameOf: (kind, digits) => `${kind}_${digits}.x.m4s` }),
    segment(3),
  ],
  'with a name that has no number': [segment(1), segment(2, { nameOf: (kind) => `${kind}.m4s` }), segment(3)],
  'with the same name for two': [1, 2, 3].map((number) => segment(number, { nameOf: (kind) => `${kind}.m4s` })),
  'with names to be quoted': [1, 2, 3].map((number) =>
    segment(number, { nameOf: (kind, digits) => `a "${kind}" \\ ${digits}.m4s` }),
  ),
  'in a folder for each kind': [1, 2, 3].map((number) =>
    segment(number, { nameOf: (kind, digits) => `${kind}/seg_${digits}.m4s` }),
  ),
};

it.each(Object.keys(RECORDINGS))('shows what was recorded %s as it is', (name) => {
  const whole = RECORDINGS[name] ?? [];
  const segments = packed(whole);
  const expected = segments.map((one, index) => plain(one, whole[index]?.objects ?? []));

  expect(segments.map(({ objects }) => objects.map((object) => ({ ...object, name: object.name })))).toEqual(
    expected.map(({ objects }) => objects),
  );
  expect(manifests(segments)).toEqual(manifests(expected));
});

it('knows what is the next of a segment', () => {
  const numbers = (one: readonly SegmentFacts[]): (number | undefined)[] =>
    packed(one).map(({ follows }) => follows?.number);

  expect(numbers([segment(1), segment(2), segment(3)])).toEqual([undefined, 1, 2]);
  expect(numbers([segment(1), segment(3)])).toEqual([undefined, undefined]);
  expect(numbers([segment(1), segment(2, { period: 1 })])).toEqual([undefined, undefined]);
  expect(numbers([segment(1), segment(2, { lateTicks: 1 }), segment(3, { lateTicks: 1 })])).toEqual([
    undefined,
    undefined,
    2,
  ]);
  expect(numbers([segment(1), segment(2, { withoutSound: true })])).toEqual([undefined, undefined]);
  expect(numbers([segment(1), segment(2, { nameOf: (kind, digits) => `${kind}-${digits}.m4s` })])).toEqual([
    undefined,
    undefined,
  ]);
});

it('gives a segment by itself', () => {
  const [, other] = packed([segment(1), segment(2, { lostTracks: ['v1'] })]);
  const copy = other && unpacked(other);

  expect(copy).toEqual(other && { ...plain(other, segment(2).objects) });
  expect(copy?.follows).toBeUndefined();
});

it('says which tracks of a segment are lost', () => {
  const [one, other] = packed([segment(1), segment(2, { lostTracks: ['v1'] })]);

  expect(one).not.toHaveProperty('lostTracks');
  expect(other?.lostTracks).toEqual(['v1']);
});
