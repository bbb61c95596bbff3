import type { RecorderFixture } from './recorder-fixture.js';
import { NETWORK_MS } from './simulated-publisher.js';

/** How wrong recorded time is, as read from the files. */
export interface MeasuredTime {
  /** Greatest distance of sound from the picture of the same moment, by part of the recording. */
  readonly offsetMs: readonly number[];
  /** Greatest distance of a sample's wall clock from the server's when it could have come by the shortest way. */
  readonly wallClockMs: number;
  /** Most that a track's time moved against true time within a second inside a Period. */
  readonly slewMsPerSecond: number;
  readonly longestSampleMs: number;
  readonly periods: number;
  /** Greatest distance between the first picture and the first sound of a Period. */
  readonly startApartMs: number;
  readonly samples: number;
}

interface Placed {
  readonly capturedMs: number;
  /** Recording time minus true time. */
  readonly errorMs: number;
  readonly durationMs: number;
}

/** @param parts into how many stretches the recording is divided for `offsetMs` */
export function measureTime(fixture: RecorderFixture, parts = 3): MeasuredTime {
  const video = placedSamples(fixture, 'video');
  const audio = placedSamples(fixture, 'audio');
  const all = [...video, ...audio];
  const [anchor] = fixture.eventsOf('recording-anchored');
  const aheadMs = (anchor?.anchorEpochMs ?? NaN) - FIRST_EPOCH_AHEAD_MS;
  return {
    offsetMs: offsets(video, audio, parts),
    wallClockMs: greatest(all.map(({ errorMs }) => Math.abs(aheadMs + errorMs - NETWORK_MS))),
    slewMsPerSecond: Math.max(slew(video), slew(audio)),
    longestSampleMs: greatest(all.map(({ durationMs }) => durationMs)),
    periods: new Set(fixture.segments.map(({ period }) => period)).size,
    startApartMs: startApart(fixture),
    samples: all.length,
  };
}

/** The fixture's wall clock minus its monotonic clock when it is made. */
const FIRST_EPOCH_AHEAD_MS = 1_800_000_000_000;
/** Twice the longest distance of two samples that could be one moment. */
const SAME_MOMENT_MS = 1_500;

function placedSamples(fixture: RecorderFixture, kind: 'video' | 'audio'): Placed[] {
  const ticksPerMs = kind === 'video' ? 90 : 48;
  return fixture.samples(kind).map(({ presentationTicks, durationTicks, bytes }) => {
    const capturedMs = new Float64Array(bytes.slice().buffer)[0] ?? NaN;
    return { capturedMs, errorMs: presentationTicks / ticksPerMs - capturedMs, durationMs: durationTicks / ticksPerMs };
  });
}

function offsets(video: readonly Placed[], audio: readonly Placed[], parts: number): number[] {
  const result = Array.from({ length: parts }, () => 0);
  const firstMs = audio[0]?.capturedMs ?? 0;
  const lengthMs = (audio.at(-1)?.capturedMs ?? 0) - firstMs + 1;
  let index = 0;
  for (const sound of audio) {
    while ((video[index + 1]?.capturedMs ?? Infinity) <= sound.capturedMs) index += 1;
    const picture = video[index];
    if (picture === undefined || Math.abs(picture.capturedMs - sound.capturedMs) > SAME_MOMENT_MS) continue;
    const part = Math.floor(((sound.capturedMs - firstMs) / lengthMs) * parts);
    result[part] = Math.max(result[part] ?? 0, Math.abs(picture.errorMs - sound.errorMs));
  }
  return result;
}

function slew(samples: readonly Placed[]): number {
  let most = 0;
  let from = 0;
  for (const sample of samples) {
    while (sample.capturedMs - (samples[from]?.capturedMs ?? Infinity) > 1_000) from += 1;
    const movedMs = Math.abs(sample.errorMs - (samples[from]?.errorMs ?? sample.errorMs));
    most = Math.max(most, movedMs);
  }
  return most;
}

function startApart(fixture: RecorderFixture): number {
  const starts = new Map<number, Map<string, number>>();
  for (const { period, objects } of fixture.segments) {
    const kinds = starts.get(period) ?? new Map<string, number>();
    starts.set(period, kinds);
    for (const { kind, startTicks, timescale } of objects) {
      if (!kinds.has(kind)) kinds.set(kind, (startTicks * 1000) / timescale);
    }
  }
  const apart = [...starts.values()].map((kinds) =>
    Math.abs((kinds.get('video') ?? NaN) - (kinds.get('audio') ?? NaN)),
  );
  return greatest(apart.filter((ms) => !Number.isNaN(ms)));
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
