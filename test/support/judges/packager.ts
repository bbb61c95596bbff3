import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { probe } from './ffmpeg.js';

const run = promisify(execFile);
/** The package's own script does not pass on how the program ended. */
const PACKAGER = join(
  dirname(require.resolve('shaka-packager')),
  `bin/packager-${process.platform === 'darwin' ? 'osx' : process.platform}-${process.arch}`,
);
/** Of the log that it writes: warning, error, fatal. */
const COMPLAINT = /^[WEF]\d{4} /;

/** Packages a track of a file with Shaka Packager. @returns what it says against it, or that a frame is missing; empty for nothing */
export async function repackageErrors(path: string, kind: 'video' | 'audio'): Promise<string> {
  const output = `${path}.packaged.mp4`;
  const { stderr, failure } = await run(PACKAGER, [`in=${path},stream=${kind},output=${output}`]).then(
    (result) => ({ stderr: result.stderr, failure: '' }),
    failed,
  );
  const complaints = stderr.split('\n').filter((line) => COMPLAINT.test(line));
  if (failure !== '' || complaints.length > 0) return failure + complaints.join('\n');
  const [before, after] = [await frames(path, kind), await frames(output, kind)];
  await rm(output);
  return before === after ? '' : `Shaka Packager made ${after} frames of ${before}.`;
}

async function frames(path: string, kind: 'video' | 'audio'): Promise<string> {
  const stream = (await probe(path)).streams.find(({ codec_type: type }) => type === kind);
  return stream?.nb_read_packets ?? 'no';
}

function failed(error: unknown): { stderr: string; failure: string } {
  const { stderr = '', code } = error as { readonly stderr?: string; readonly code?: number | string };
  return { stderr, failure: `Shaka Packager gave up: ${code ?? String(error)}\n` };
}
