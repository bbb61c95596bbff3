import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { boxErrors } from '../support/judges/boxes.js';
import { decodeWithFfmpeg } from '../support/judges/ffmpeg.js';
import { repackageErrors } from '../support/judges/packager.js';
import { type Period, readPeriods, savePeriod } from '../support/judges/periods.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import type { TestServer } from '../support/server.js';
import { until } from '../support/wait.js';
import { decodeWithChromium } from './judges/decoded.js';
import { type LipSync, lipSync } from './judges/lip-sync.js';
import type { InteropCodec, InteropSender, SentFrames } from './sender.js';

/** Debian's Chromium has no decoder for H.265. */
const DECODED_BY_CHROMIUM: readonly InteropCodec[] = ['H264', 'VP9', 'AV1'];

export interface TrackReport {
  readonly periods: number;
  /** Frames in the segments, as FFmpeg's demuxer counts them. */
  readonly recorded: number;
  readonly decodedByFfmpeg: number;
  /** Undefined where Chromium has no decoder for it, and for sound. */
  readonly decodedByChromium: number | undefined;
  /** What FFmpeg said beside its figures, and parsers of boxes and a packager at all. */
  readonly complaints: string;
}

/** One sender with one codec: what it sent, and what others' software finds of it on the server. */
export interface CellReport {
  readonly sent: SentFrames;
  readonly video: TrackReport;
  readonly audio: TrackReport;
  /** Why pictures or sound are not in the recording, as its session file says. */
  readonly unrecorded: readonly string[];
  /** Each flash with its beep. */
  readonly lipSync: readonly LipSync[];
}

export interface CellOrder {
  readonly server: TestServer;
  /** On the server's own origin; undefined without Chromium. */
  readonly page: Page | undefined;
  readonly sender: InteropSender;
  readonly codec: InteropCodec;
  readonly seconds: number;
  /** 1 for the first. */
  readonly attempt: number;
}

/** Publishes in real time, waits for the end of the recording, and judges it. */
export async function runCell({ server, page, sender, codec, seconds, attempt }: CellOrder): Promise<CellReport> {
  const stream = `${sender.name}-${codec}-${attempt}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const sent = await sender.publish({ whipUrl: server.url(`/whip/${stream}`), codec, seconds });
  await until(() => isFinished(server, stream), `${stream} is finished`);
  const folder = await mkdtemp(join(tmpdir(), 'aircheck-interop-'));
  try {
    const video = await judge(server, stream, 'video', folder, DECODED_BY_CHROMIUM.includes(codec) ? page : undefined);
    const audio = await judge(server, stream, 'audio', folder, undefined);
    const [unrecorded, pairs] = [await unrecordedReasons(server, stream), await pairUp(video.paths, audio.paths)];
    return { sent, video: video.report, audio: audio.report, unrecorded, lipSync: pairs };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function judge(
  server: TestServer,
  stream: string,
  kind: Period['kind'],
  folder: string,
  page: Page | undefined,
): Promise<{ readonly report: TrackReport; readonly paths: readonly string[] }> {
  const periods = await readPeriods(server, stream, kind);
  const paths: string[] = [];
  let [recorded, decodedByFfmpeg, decodedByChromium, complaints] = [0, 0, 0, ''];
  for (const [index, period] of periods.entries()) {
    const path = await savePeriod(period, folder, `${kind}-${index}`);
    paths.push(path);
    const decoded = await decodeWithFfmpeg(path);
    recorded += decoded.packets;
    decodedByFfmpeg += decoded.frames;
    complaints += decoded.complaints + (await boxErrors(path)) + (await repackageErrors(path, kind));
    if (page !== undefined) decodedByChromium += await decodeWithChromium(page, period);
  }
  const byChromium = page === undefined ? undefined : decodedByChromium;
  const report = { periods: periods.length, recorded, decodedByFfmpeg, decodedByChromium: byChromium, complaints };
  return { report, paths };
}

async function pairUp(videoPaths: readonly string[], audioPaths: readonly string[]): Promise<LipSync[]> {
  const pairs: LipSync[] = [];
  for (const [index, videoPath] of videoPaths.entries()) {
    const audioPath = audioPaths[index];
    if (audioPath !== undefined) pairs.push(...(await lipSync(videoPath, audioPath)));
  }
  return pairs;
}

async function unrecordedReasons(server: TestServer, stream: string): Promise<string[]> {
  const recording = await StoredRecording.of(server, stream);
  const name = (await recording.names()).find((candidate) => candidate.startsWith('session_')) ?? '';
  const { unrecorded } = JSON.parse(await recording.text(name)) as { unrecorded: { reason: string }[] };
  return unrecorded.map(({ reason }) => reason);
}
