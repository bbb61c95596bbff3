import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dashFaults } from './dash-rules.js';
import { type ProbedStream, decodeErrors, probe } from './ffmpeg.js';

/** What FFmpeg makes of one Period. */
export interface PeriodVerdict {
  /** Empty when it decoded everything. */
  readonly errors: string;
  readonly streams: readonly ProbedStream[];
}

/**
 * FFmpeg's DASH reader follows one Period only, so each Period is shown to it as a presentation of its own.
 * @param manifestUrl of a static MPD
 * @throws the rules that the MPD breaks
 */
export async function judgeDashPeriods(manifestUrl: string): Promise<PeriodVerdict[]> {
  const manifest = await (await fetch(manifestUrl)).text();
  const faults = dashFaults(manifest);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const presentations = splitPeriods(manifest, manifestUrl);
  const server = createServer((request, response) => {
    const presentation = presentations[Number(request.url?.slice(1, -'.mpd'.length))];
    response.writeHead(presentation === undefined ? 404 : 200, { 'content-type': 'application/dash+xml' });
    response.end(presentation);
  });
  try {
    const address = await listen(server);
    const verdicts: PeriodVerdict[] = [];
    for (const index of presentations.keys()) {
      const url = `${address}/${index}.mpd`;
      verdicts.push({ errors: await decodeErrors(url), streams: (await probe(url)).streams });
    }
    return verdicts;
  } finally {
    server.close();
  }
}

function splitPeriods(manifest: string, manifestUrl: string): string[] {
  const first = manifest.indexOf('<Period');
  const opening = manifest.slice(0, first).replace(/ mediaPresentationDuration="[^"]*"/, '');
  const base = `<BaseURL>${new URL('.', manifestUrl).href}</BaseURL>`;
  const periods = manifest.match(/<Period[\s\S]*?<\/Period>/g) ?? [];
  return periods.map((period) => `${opening}${base}${period.replace(/ start="[^"]*"/, '')}</MPD>`);
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
