import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input } from 'mediabunny';
import { AUDIO, RecorderFixture } from '../../src/engine/recording/testing/recorder-fixture.js';
import { itWith } from '../support/tools.js';

const run = promisify(execFile);
const withFfmpeg = itWith('ffmpeg');
const BYTES_PER_SECOND = 48_000 * 2 * 2;

/** Encodes a tone. @returns its Opus packets of 20 ms */
async function opusPackets(folder: string, encoder: readonly string[]): Promise<Uint8Array[]> {
  const path = join(folder, 'tone.ogg');
  const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=4'];
  await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...tone, '-c:a', 'libopus', ...encoder, path]);
  using input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(path) });
  const track = await input.getPrimaryAudioTrack();
  if (track === null) throw new Error('No sound in the file.');
  const packets: Uint8Array[] = [];
  for await (const { data } of new EncodedPacketSink(track).packets()) packets.push(data);
  return packets;
}

/** Records packets; `lostMs` go by without any after each tenth. */
async function record(packets: readonly Uint8Array[], lostMs: number): Promise<RecorderFixture> {
  const fixture = new RecorderFixture({ segmentDurationMs: 60_000 });
  fixture.attach(AUDIO);
  fixture.report(AUDIO, fixture.clock.nowMs);
  for (const [index, bytes] of packets.entries()) {
    fixture.sound({ bytes });
    fixture.clock.nowMs += index % 10 === 9 ? 20 + lostMs : 20;
    fixture.recorder.tick(fixture.clock.nowMs);
    await fixture.settle();
  }
  await fixture.recorder.stop();
  return fixture;
}

/** @returns what FFmpeg complained about, and how much sound there was */
async function decode(path: string, decoder: string): Promise<{ stderr: string; seconds: number }> {
  const output = ['-ac', '2', '-ar', '48000', '-f', 's16le', '-'];
  const args = ['-nostdin', '-v', 'warning', '-c:a', decoder, '-i', path, ...output];
  const { stdout, stderr } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 64 << 20 });
  return { stderr: stderr.toString(), seconds: stdout.length / BYTES_PER_SECOND };
}

describe.each([
  ['full band music', ['-b:a', '64k', '-ac', '2']],
  ['speech of 12 kbit/s', ['-b:a', '12k', '-application', 'voip', '-ac', '1']],
  ['speech of 24 kbit/s', ['-b:a', '24k', '-application', 'voip', '-ac', '1', '-cutoff', '20000']],
])('recorded sound with holes, %s', (_name, encoder) => {
  withFfmpeg.each([20, 60, 380, 47.5])('of %d ms is decoded as long as it lasts', async (lostMs) => {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-concealed-'));
    try {
      const packets = await opusPackets(folder, encoder);
      const fixture = await record(packets, lostMs);
      const [object] = fixture.segments.flatMap(({ objects }) => objects);
      const [track] = fixture.tracks;
      if (object === undefined || track === undefined) throw new Error('Nothing was recorded.');
      const path = join(folder, 'sound.mp4');
      const parts = [track.initObjectKey, object.objectKey].map((key) => fixture.files.bytesOf(key));
      await writeFile(path, Buffer.concat(parts));

      expect(fixture.samples('audio').map(({ bytes }) => bytes)).toEqual(packets.map((packet) => packet.slice()));
      for (const decoder of ['opus', 'libopus']) {
        const { stderr, seconds } = await decode(path, decoder);
        expect(stderr).toBe('');
        expect(Math.abs(seconds - object.durationTicks / object.timescale)).toBeLessThan(0.0025);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
