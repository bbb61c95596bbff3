import { boxErrors } from './boxes.js';
import { decodeErrors } from './ffmpeg.js';
import { repackageErrors } from './packager.js';

/** @returns what FFmpeg, two parsers of boxes and a packager say against a file of one track; empty when all take all of it */
export async function trackFileErrors(path: string, kind: 'video' | 'audio'): Promise<string> {
  const verdicts = [await decodeErrors(path), await boxErrors(path), await repackageErrors(path, kind)];
  return verdicts.filter((verdict) => verdict !== '').join('\n');
}
