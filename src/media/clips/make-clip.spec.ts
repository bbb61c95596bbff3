import { h264 } from '../codecs/h264.js';
import { opus } from '../codecs/opus.js';
import { vp9 } from '../codecs/vp9.js';
import type { RecordableCodec } from '../codecs/codec.js';
import type { InitDescription } from '../containers/container.js';
import { FragmentSamples } from '../containers/fragment-samples.js';
import type { Clip, ClipTrack } from './clip.js';
import { finish } from '../../shared/steps.js';
import { makeClip, type GapRule } from './make-clip.js';
import type { SourceObject } from './source.js';

const FRAMES_PER_SECOND = 25;
const range = (fromMs: number, toMs: number) => ({ fromEpochMs: fromMs, toEpochMs: toMs });

function initOf(codec: RecordableCodec, change: Partial<InitDescription> = {}): InitDescription {
  const timescale = codec.clockRate;
  const sampleEntry = Uint8Array.from(`1234${codec.isobmff.sampleEntryType}`, (letter) => letter.charCodeAt(0));
  const configuration = Uint8Array.of(1, 0x42, 0xe0, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 7, 1, 0, 1, 0x68);
  return { codec, timescale, codecString: '', sampleEntry, configuration, displaySize: [0, 0], ...change };
}

/** Fragments of a second, each of which begins with a key frame; sizes count the samples. */
function recorded(object: number, init: InitDescription, startSeconds: number, seconds: number): SourceObject {
  const perSecond = init.codec.kind === 'video' ? FRAMES_PER_SECOND : 50;
  const fragments = Array.from({ length: seconds }, (_, second) => {
    const samples = new FragmentSamples(perSecond);
    for (let index = 0; index < perSecond; index++) {
      samples.add(10, init.timescale / perSecond, 0, index === 0 || init.codec.kind === 'audio');
    }
    const startTicks = (startSeconds + second) * init.timescale;
    return { startTicks, samples, payloadOffset: 1000 * second + 100, endOffset: 1000 * (second + 1) };
  });
  return { object, init, fragments, originEpochMs: 0 };
}

function clip(runs: readonly SourceObject[][], fromMs: number, toMs: number, gaps: GapRule = 'keep'): Clip {
  const made = finish(makeClip(runs, range(fromMs, toMs), gaps));
  if ('fault' in made) throw new Error(made.fault);
  return made;
}

const count = (track: ClipTrack | undefined): number =>
  track?.chunks.reduce((sum, { samples }) => sum + samples.count, 0) ?? 0;
const seconds = ({ init, chunks }: ClipTrack): number =>
  chunks.reduce((sum, { samples }) => sum + samples.totalDurationTicks, 0) / init.timescale;

describe('a clip', () => {
  const picture = initOf(h264);
  const sound = initOf(opus);

  it('has pictures from the key frame before its start, hidden up to it, and sound from 80 ms before', () => {
    const [video, audio] = clip([[recorded(0, picture, 0, 6), recorded(1, sound, 0, 6)]], 2400, 4500).tracks;

    expect(video?.chunks[0]?.startTicks).toBe(-0.4 * 90_000);
    expect([video?.shownStartTicks, video?.shownEndTicks]).toEqual([0, 2.1 * 90_000]);
    expect(count(video)).toBe(25 + 25 + 13);
    expect(audio?.chunks[0]?.startTicks).toBe(-0.08 * 48_000);
    expect(count(audio)).toBe(4 + 105);
  });

  it('takes the bytes of its samples and no others', () => {
    const [video] = clip([[recorded(7, picture, 0, 3)]], 1000, 1200).tracks;

    expect(video?.chunks.map(({ parts }) => parts)).toEqual([[{ object: 7, offset: 1100, length: 50 }]]);
  });

  it('begins with the first thing there is, and a track that comes later waits', () => {
    const { tracks, startEpochMs } = clip([[recorded(0, picture, 3, 3), recorded(1, sound, 2, 4)]], 500, 9000);

    expect(startEpochMs).toBe(2000);
    expect(tracks.map(({ shownStartTicks }) => shownStartTicks)).toEqual([90_000, 0]);
  });

  it.each([
    ['keep', 10],
    ['close', 4],
  ] as const)('%s: a gap of six seconds between two seconds on either side makes %d seconds', (gaps, length) => {
    const runs = [0, 8].map((start, index) => [
      recorded(index * 2, picture, start, 2),
      recorded(index * 2 + 1, sound, start, 2),
    ]);
    const [video, audio] = clip(runs, 0, 20_000, gaps).tracks.map(seconds);

    expect([video, audio]).toEqual([length, length]);
  });

  it('fills a gap with silence and the last picture, so that no player loses its time there', () => {
    const runs = [0, 8].map((start, index) => [
      recorded(index, picture, start, 2),
      recorded(index + 2, sound, start, 2),
    ]);
    const [video, audio] = clip(runs, 0, 20_000).tracks;

    expect([count(video), count(audio)]).toEqual([100, 500]);
    expect(audio?.chunks[2]?.parts).toEqual([{ bytes: expect.any(Uint8Array) as Uint8Array }]);
  });

  it('puts a session whose clock is behind after the one before', () => {
    const runs = [[recorded(0, picture, 0, 4)], [{ ...recorded(1, picture, 0, 4), originEpochMs: 1000 }]];
    const [video] = clip(runs, 0, 20_000).tracks;

    expect(video && seconds(video)).toBe(8);
  });

  it('gives each key frame its parameters where they change', () => {
    const other = initOf(h264, { sampleEntry: Uint8Array.from('9999avc1', (letter) => letter.charCodeAt(0)) });
    const [video] = clip([[recorded(0, picture, 0, 1)], [recorded(1, other, 1, 1)]], 0, 2000).tracks;

    expect(Buffer.from(video?.sampleEntry ?? []).toString()).toBe('1234avc3');
    const units = { bytes: Uint8Array.of(0, 0, 0, 2, 0x67, 7, 0, 0, 0, 1, 0x68) };
    expect(video?.chunks.map(({ parts }) => parts)).toEqual([
      [units, { object: 0, offset: 100, length: 250 }],
      [units, { object: 1, offset: 100, length: 250 }],
    ]);
    expect(video?.chunks[0]?.samples.sizeBytes[0]).toBe(21);
  });

  it('cannot have two codecs, and says where the second begins', () => {
    const runs = [[recorded(0, picture, 0, 2)], [recorded(1, initOf(vp9), 3, 2)]];

    expect(finish(makeClip(runs, range(0, 9000), 'keep'))).toEqual({
      fault: 'parameters-differ',
      splitEpochMs: [3000],
    });
  });

  it.each([
    ['nothing', 9000, 10_000],
    ['nothing', 0, 3000],
  ])('is %s from %d to %d ms', (fault, fromMs, toMs) => {
    expect(finish(makeClip([[recorded(0, picture, 4, 2)]], range(fromMs, toMs), 'keep'))).toEqual({ fault });
  });

  it('keeps no gap that is longer than a sample can last', () => {
    const runs = [[recorded(0, picture, 0, 1)], [recorded(1, picture, 40_000, 1)]];

    expect(finish(makeClip(runs, range(0, 50_000_000), 'keep'))).toEqual({ fault: 'gap-too-long' });
  });
});
