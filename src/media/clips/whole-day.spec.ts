import { finish, type Steps } from '../../shared/steps.js';
import { h264 } from '../codecs/h264.js';
import { opus } from '../codecs/opus.js';
import { vp9 } from '../codecs/vp9.js';
import type { RecordableCodec } from '../codecs/codec.js';
import type { FoundFragment, InitDescription } from '../containers/container.js';
import { FragmentSamples } from '../containers/fragment-samples.js';
import { clipFormats } from '../containers/index.js';
import type { Clip } from './clip.js';
import { makeClip } from './make-clip.js';
import type { SourceObject } from './source.js';

const DAY_SEGMENTS = 14_400;
const HOUR_SEGMENTS = 600;
const SEGMENT_SECONDS = 6;
const FRAGMENTS = 6;
const DAY = { fromEpochMs: 0, toEpochMs: 86_400_000 };

function initOf(codec: RecordableCodec): InitDescription {
  const sampleEntry = Uint8Array.from(`1234${codec.isobmff.sampleEntryType}`, (letter) => letter.charCodeAt(0));
  const configuration = new Uint8Array(19);
  return { codec, timescale: codec.clockRate, codecString: '', sampleEntry, configuration, displaySize: [0, 0] };
}

/** Segments of 6 s with fragments of 1 s; a key frame every second. */
function recorded(init: InitDescription, perSecond: number, segments: number, firstObject: number): SourceObject[] {
  const samples = new FragmentSamples(perSecond);
  for (let index = 0; index < perSecond; index++) {
    samples.add(100 + index, init.timescale / perSecond, 0, index === 0 || init.codec.kind === 'audio');
  }
  const fragmentAt = (number: number, second: number): FoundFragment => ({
    startTicks: (number * FRAGMENTS + second) * init.timescale,
    samples,
    payloadOffset: 100_000 * second + 1000,
    endOffset: 100_000 * (second + 1),
  });
  return Array.from({ length: segments }, (_, number) => {
    const fragments = Array.from({ length: FRAGMENTS }, (_second, second) => fragmentAt(number, second));
    return { object: firstObject + number, init, fragments, originEpochMs: 0 };
  });
}

/** @returns what the work gives, and how often others have their turn meanwhile */
function count<T>(work: Steps<T>): { readonly result: T; readonly steps: number } {
  for (let steps = 1; ; steps += 1) {
    const step = work.next();
    if (step.done === true) return { result: step.value, steps };
  }
}

/** @returns the clip, and how many of its chunks were looked at since the last call */
function watched(clip: Clip): { readonly clip: Clip; readonly touched: () => number } {
  let count = 0;
  const tracks = clip.tracks.map((track) => ({
    ...track,
    chunks: new Proxy(track.chunks, {
      get: (chunks, name, receiver): unknown => {
        if (typeof name === 'string' && /^\d+$/.test(name)) count += 1;
        return Reflect.get(chunks, name, receiver);
      },
    }),
  }));
  const touched = (): number => {
    const before = count;
    count = 0;
    return before;
  };
  return { clip: { ...clip, tracks }, touched };
}

describe.each([
  ['a day of H.264', h264, DAY_SEGMENTS, ['mp4', 'fmp4']],
  ['an hour of H.264', h264, HOUR_SEGMENTS, ['ogg']],
  ['an hour of VP9', vp9, HOUR_SEGMENTS, ['webm']],
])('%s', (_name, codec, segments, formats) => {
  const seconds = segments * SEGMENT_SECONDS;
  let clip: Clip;

  it('is cut in short steps', () => {
    const run = [...recorded(initOf(codec), 30, segments, 0), ...recorded(initOf(opus), 50, segments, segments)];
    const { result, steps } = count(makeClip([run], DAY, 'keep'));
    if ('fault' in result) throw new Error(result.fault);
    clip = result;

    const samples = clip.tracks.map(({ chunks }) => chunks.reduce((sum, chunk) => sum + chunk.samples.count, 0));
    expect(samples).toEqual([30 * seconds, 50 * seconds]);
    expect(steps).toBeGreaterThan(segments);
  });

  it.each(formats)('is planned as %s in short steps', (name) => {
    const format = clipFormats.find((known) => known.name === name);
    if (format === undefined) throw new Error('No such format.');

    const { result, steps } = count(format.plan(clip));

    expect(result.sizeBytes).toBeGreaterThan(50 * seconds * 100);
    expect(steps).toBeGreaterThan(segments);
  });
});

it.each(['mp4', 'fmp4'])('never looks at more than a few chunks in a step of the plan of an %s', (name) => {
  const run = [
    ...recorded(initOf(h264), 30, HOUR_SEGMENTS, 0),
    ...recorded(initOf(opus), 50, HOUR_SEGMENTS, HOUR_SEGMENTS),
  ];
  const whole = finish(makeClip([run], DAY, 'keep'));
  if ('fault' in whole) throw new Error(whole.fault);
  const { clip, touched } = watched(whole);
  const work = clipFormats.find((format) => format.name === name)?.plan(clip);
  if (work === undefined) throw new Error('No such format.');

  let most = 0;
  for (let isDone = false; !isDone; most = Math.max(most, touched())) isDone = work.next().done === true;

  expect(most).toBeLessThan(10);
});

it('comes to the same in steps as at once', () => {
  const run = recorded(initOf(opus), 50, 100, 0);

  expect(count(makeClip([run], DAY, 'keep')).result).toEqual(finish(makeClip([run], DAY, 'keep')));
});
