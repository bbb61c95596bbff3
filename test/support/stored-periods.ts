import { readFile } from 'node:fs/promises';
import { probe } from './judges/ffmpeg.js';
import { type StoredSample, readSamples } from './judges/mediabunny.js';
import { type Period, readPeriods, savePeriod } from './judges/periods.js';
import { trackFileErrors } from './judges/track-file.js';
import type { TestServer } from './server.js';

/** A Period as others' software sees it. */
export interface JudgedPeriod {
  /** As FFmpeg calls it. */
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Complaints of FFmpeg's decoder, of parsers and of a packager, empty for none. */
  readonly errors: string;
  readonly samples: readonly StoredSample[];
  /** Recording time. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Every Period of a stream's newest day, judged and read by mediabunny. */
export async function judgePeriods(server: TestServer, stream: string, kind: Period['kind']): Promise<JudgedPeriod[]> {
  const judged: JudgedPeriod[] = [];
  for (const period of await readPeriods(server, stream, kind)) {
    const path = await savePeriod(period, server.folder, `${kind}-${judged.length}`);
    const [picture] = (await probe(path)).streams;
    const samples = await readSamples(await readFile(path), []);
    const last = samples.at(-1);
    judged.push({
      codec: picture?.codec_name ?? '',
      width: picture?.width ?? 0,
      height: picture?.height ?? 0,
      errors: await trackFileErrors(path, kind),
      samples,
      startSeconds: samples[0]?.startSeconds ?? 0,
      endSeconds: last === undefined ? 0 : last.startSeconds + last.durationSeconds,
    });
  }
  return judged;
}

/**
 * Everything kept of a stream's newest day, Period by Period: FFmpeg's DASH reader follows one of them only, and its HLS reader takes them for one.
 * @returns what FFmpeg could not decode, and parsers and a packager did not like; empty when all took everything
 */
export async function decodeErrorsOfPeriods(server: TestServer, stream: string): Promise<string> {
  const errors: string[] = [];
  for (const kind of ['video', 'audio'] as const)
    for (const [index, period] of (await readPeriods(server, stream, kind)).entries()) {
      const path = await savePeriod(period, server.folder, `${stream}-${kind}-${index}`);
      const complaint = await trackFileErrors(path, kind);
      if (complaint !== '') errors.push(`${kind}, Period ${index}: ${complaint}`);
    }
  return errors.join('\n');
}

/** @returns seconds between the end of each Period and the start of the next, negative where they overlap */
export function seams(periods: readonly JudgedPeriod[]): number[] {
  return periods.slice(1).map(({ startSeconds }, index) => startSeconds - (periods[index]?.endSeconds ?? 0));
}
