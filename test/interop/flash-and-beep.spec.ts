import { readFile } from 'node:fs/promises';
import { probe } from '../support/judges/ffmpeg.js';
import { itWith } from '../support/tools.js';
import { type RtpLine, flashAndBeep } from './flash-and-beep.js';
import type { InteropCodec } from './sender.js';

const CODECS: readonly InteropCodec[] = ['H264', 'H265', 'VP8', 'VP9', 'AV1'];
const SECONDS = 3;

describe('flash and beep', () => {
  for (const codec of CODECS) {
    itWith('ffmpeg')(`comes as a file and as RTP payloads of the same frames: ${codec}`, async () => {
      const { media, packets } = await flashAndBeep(codec, SECONDS);
      const lines = (await readFile(packets, 'utf8')).trim().split('\n');
      const parsed = lines.map((line) => JSON.parse(line) as RtpLine);
      const frames = (kind: RtpLine['kind']): number =>
        new Set(parsed.filter((line) => line.kind === kind).map(({ frame }) => frame)).size;

      const [video, audio] = (await probe(media)).streams;
      expect(Number(video?.nb_read_packets)).toBe(SECONDS * 30);
      expect(frames('video')).toBe(SECONDS * 30);
      expect(frames('audio')).toBe(Number(audio?.nb_read_packets));
      expect(parsed.filter(({ marker }) => marker)).toHaveLength(SECONDS * 30);
    });
  }
});
