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

const SEGMENTS = 14_400;
const FRAGMENTS = 6;
const DAY = { fromEpochMs: 0, toEpochMs: 86_400_000 };
/** Of one step: nobody else of the thread is to wait longer. */
const MOST_STEP_MS = 50;

function initOf(codec: RecordableCodec): InitDescription {
  const sampleEntry = Uint8Array.from(`1234${codec.isobmff.sampleEntryType}`, (letter) => letter.charCodeAt(0));
  const configuration = new Uint8Array(19);
  return { codec, timescale: codec.clockRate, codecString: '', sampleEntry, configuration, displaySize: [0, 0] };
}

/** A day in segments of 6 s with fragments of 1 s; a key frame every second. */
function day(init: InitDescription, perSecond: number, firstObject: number): SourceObject[] {
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
  return Array.from({ length: SEGMENTS }, (_, number) => {
    const fragments = Array.from({ length: FRAGMENTS }, (_second, second) => fragmentAt(number, second));
    return { object: firstObject + number, init, fragments, originEpochMs: 0 };
  });
}

/** @returns what the work gives, and the CPU time that its longest step took, whatever else the machine does */
function measure<T>(steps: Steps<T>): { readonly result: T; readonly longestMs: number } {
  let longestMs = 0;
  for (;;) {
    const before = process.threadCpuUsage();
    const step = steps.next();
    const { user, system } = process.threadCpuUsage(before);
    longestMs = Math.max(longestMs, (user + system) / 1000);
    if (step.done === true) return { result: step.value, longestMs };
  }
}

describe.each([
  ['H.264', h264, ['mp4', 'fmp4', 'ogg']],
  ['VP9', vp9, ['webm']],
])('a day of %s', (_name, codec, formats) => {
  let clip: Clip;

  it('is cut in short steps', () => {
    const run = [...day(initOf(codec), 30, 0), ...day(initOf(opus), 50, SEGMENTS)];
    const { result, longestMs } = measure(makeClip([run], DAY, 'keep'));
    if ('fault' in result) throw new Error(result.fault);
    clip = result;

    const samples = clip.tracks.map(({ chunks }) => chunks.reduce((sum, chunk) => sum + chunk.samples.count, 0));
    expect(samples).toEqual([30 * 86_400, 50 * 86_400]);
    expect(longestMs).toBeLessThan(MOST_STEP_MS);
  });

  it.each(formats)('is planned as %s in short steps', (name) => {
    const format = clipFormats.find((known) => known.name === name);
    if (format === undefined) throw new Error('No such format.');

    const { result, longestMs } = measure(format.plan(clip));

    expect(result.sizeBytes).toBeGreaterThan(50 * 86_400 * 100);
    expect(longestMs).toBeLessThan(MOST_STEP_MS);
  });
});

it('comes to the same in steps as at once', () => {
  const run = day(initOf(opus), 50, 0).slice(0, 100);

  expect(measure(makeClip([run], DAY, 'keep')).result).toEqual(finish(makeClip([run], DAY, 'keep')));
});
