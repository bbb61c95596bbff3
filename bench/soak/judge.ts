// What became of a recording: by the index, and by ffprobe, which reads its files through the server.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CONCEALING_BYTES } from '../recording/frames.ts';
import type { Finished } from './verdict.ts';

const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 64 << 20;
const PATIENCE_MS = 150_000;
const OVER = ['completed', 'failed'];

interface Session {
  readonly state: string;
  readonly mpdPath: string;
  readonly completeness: { readonly tracks: readonly { framesRecorded: number; packetsLost: number }[] };
}

/** @param at origin of the server. @throws {Error} when the stream's recording is not over in time */
export async function judge(at: string, turn: Pick<Finished, 'stream' | 'kind' | 'framesSent'>): Promise<Finished> {
  const session = await finished(at, turn.stream);
  const { tracks } = session.completeness;
  const sum = (of: 'framesRecorded' | 'packetsLost'): number => tracks.reduce((total, track) => total + track[of], 0);
  const found = await probe(`${at}/api/record/object/${session.mpdPath.replace('manifest.mpd', 'index.m3u8')}`);
  return { ...turn, framesRecorded: sum('framesRecorded'), packetsLost: sum('packetsLost'), ...found };
}

async function finished(at: string, stream: string): Promise<Session> {
  for (const untilMs = performance.now() + PATIENCE_MS; performance.now() < untilMs;) {
    const response = await fetch(`${at}/api/v1/sessions?stream=${stream}`);
    const { sessions } = (await response.json()) as { sessions: Session[] };
    if (sessions[0] !== undefined && OVER.includes(sessions[0].state)) return sessions[0];
    await new Promise((done) => setTimeout(done, 1000));
  }
  throw new Error(`The recording of ${stream} is not over.`);
}

/** Frames of both tracks, and how much the one moved against the other between their first and their last frames. */
async function probe(playlist: string): Promise<Pick<Finished, 'framesFound' | 'driftMs'>> {
  const shown = ['-show_entries', 'packet=codec_type,pts_time,size', '-of', 'csv=p=0', playlist];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...shown], { maxBuffer: MOST_OUTPUT_BYTES });
  const packets = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(','))
    .filter(([, , size]) => Number(size) > CONCEALING_BYTES);
  const times = (kind: string): number[] => packets.filter(([type]) => type === kind).map(([, time]) => Number(time));
  const [video, audio] = [times('video'), times('audio')];
  const apart = (index: 0 | -1): number =>
    (video.toSorted((a, b) => a - b).at(index) ?? NaN) - (audio.at(index) ?? NaN);
  return { framesFound: packets.length, driftMs: (apart(-1) - apart(0)) * 1000 };
}
