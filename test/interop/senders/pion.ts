import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { whyMissing } from '../../support/tools.js';
import { type CodedFrame, type CodedTrack, codedFrames, writeClip } from '../coded-frames.js';
import { flashAndBeep } from '../flash-and-beep.js';
import { type Refusal, runSender } from '../sender-program.js';
import type { InteropCodec, InteropSender, SentFrames } from '../sender.js';

const run = promisify(execFile);
const MODULE = resolve(__dirname, 'pion');
const FOLDER = join(tmpdir(), 'aircheck-test-pion');
const PROGRAM = join(FOLDER, 'pion-sender');
const BUILD = ['build', '-o', PROGRAM, '.'];

/** What a browser says of its streams. */
const FORMATS: Readonly<Record<InteropCodec, string>> = {
  H264: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  H265: 'level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST',
  VP8: '',
  VP9: 'profile-id=0',
  AV1: 'level-idx=5;profile=0;tier=0',
};

export const OPUS: CodedTrack = { kind: 'audio', codec: 'opus', format: 'minptime=10;useinbandfec=1' };

/** @returns the track that carries pictures of this codec */
export function videoTrack(codec: InteropCodec, format = FORMATS[codec]): CodedTrack {
  return { kind: 'video', codec, format };
}

/** Sends frames as they are, in Pion's packets. @returns what it sent, or why the server refused the offer */
export async function publishWithPion(
  whipUrl: string,
  tracks: readonly CodedTrack[],
  frames: readonly CodedFrame[],
): Promise<SentFrames | Refusal> {
  await using clip = await writeClip(tracks, frames);
  return await runSender(PROGRAM, ['-whip', whipUrl, '-clip', clip.path]);
}

/** Builds the sender with the machine's Go. @returns undefined when it is there, else what failed */
async function build(): Promise<string | undefined> {
  const noGo = whyMissing('go');
  if (noGo !== undefined) return noGo;
  await mkdir(FOLDER, { recursive: true });
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin` };
  return await run('go', BUILD, { cwd: MODULE, env }).then(
    () => undefined,
    (error: unknown) => `go ${BUILD.join(' ')}: ${complaint(error)}`,
  );
}

/** The first thing that Go said beside what it fetches. */
function complaint(error: unknown): string {
  const { stderr = '' } = error as { readonly stderr?: string };
  return stderr.split('\n').find((line) => line !== '' && !line.startsWith('go: downloading')) ?? String(error);
}

/** Packetizes frames that FFmpeg coded; with its own reports and retransmissions (RTX). */
export const pion: InteropSender = {
  name: 'Pion',
  codecs: ['H264', 'H265', 'VP8', 'VP9', 'AV1'],
  missing: build,
  publish: async ({ whipUrl, codec, seconds }) => {
    const { media } = await flashAndBeep(codec, seconds);
    const sent = await publishWithPion(whipUrl, [OPUS, videoTrack(codec)], await codedFrames(media));
    if ('status' in sent) throw new Error(`The offer was refused: ${JSON.stringify(sent)}`);
    return sent;
  },
};
