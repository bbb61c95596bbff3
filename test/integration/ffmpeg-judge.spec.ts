import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { itWith } from '../support/tools.js';

describe('what FFmpeg says of a file', () => {
  let folder: string;
  const withFfmpeg = itWith('ffmpeg');

  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'aircheck-judge-'))));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Two groups of 30 pictures, without the one that `dropped` says. */
  async function pictures(dropped: string): Promise<string> {
    const media = await makeMedia({ seconds: 2, gopFrames: 30 });
    const path = join(folder, 'pictures.mp4');
    const copy = ['-map', '0:v', '-c', 'copy', '-bsf:v', `noise=drop=${dropped}`];
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-i', media, ...copy, path]);
    return path;
  }

  withFfmpeg('is nothing when it decodes every picture', async () => {
    expect(await decodeErrors(await pictures('0'))).toBe('');
  });

  withFfmpeg('tells of pictures before the first key frame, which it leaves out and does not complain of', async () => {
    expect(await decodeErrors(await pictures('eq(n\\,0)'))).toContain('59 packets gave 30 frames.');
  });

  withFfmpeg('is not nothing where there is nothing to read', async () => {
    expect(await decodeErrors(join(folder, 'nowhere.mp4'))).toContain('0 packets');
  });
});
