import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestServer } from '../server.js';

/** A stretch with one set of parameters, as a media playlist shows it: between two discontinuities. */
export interface Period {
  readonly kind: 'video' | 'audio';
  readonly initUrl: string;
  readonly segmentUrls: readonly string[];
}

/**
 * The Periods of a stream's newest day, from its HLS media playlists (RFC 8216). Gaps are left out, and what stands in for media that was not recorded.
 * @returns none for a kind that was not recorded
 */
export async function readPeriods(server: TestServer, stream: string, kind: Period['kind']): Promise<Period[]> {
  const entries = await server.get<{ mpd_path: string }[]>(`/api/playback/${stream}`);
  const path = entries.at(-1)?.mpd_path;
  if (path === undefined) throw new Error(`Nothing was recorded of ${stream}.`);
  const url = server.url(`/api/record/object/${dirname(path)}/${kind}.m3u8`);
  const response = await fetch(url);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`GET ${url} → ${response.status}`);
  return parsePeriods(await response.text(), url, kind);
}

/** Sound with silence around it is what was recorded of it. */
function recordedName(name: string): string {
  return name.replace(/^audio_padded_\d+_\d+_/, 'audio_seg_');
}

function parsePeriods(playlist: string, url: string, kind: Period['kind']): Period[] {
  const periods: { kind: Period['kind']; initUrl: string; segmentUrls: string[] }[] = [];
  let initUrl = '';
  let isNew = true;
  let isGap = false;
  let isFiller = false;
  for (const line of playlist.split('\n')) {
    if (line === '#EXT-X-DISCONTINUITY') {
      isNew = true;
      isFiller = false;
    } else if (line.startsWith('# filler')) isFiller = true;
    else if (line === '#EXT-X-GAP') isGap = true;
    else if (line.startsWith('#EXT-X-MAP:')) initUrl = new URL(/URI="([^"]+)"/.exec(line)?.[1] ?? '', url).href;
    else if (line !== '' && !line.startsWith('#')) {
      if (!isGap && !isFiller && (isNew || periods.at(-1)?.initUrl !== initUrl)) {
        periods.push({ kind, initUrl, segmentUrls: [] });
        isNew = false;
      }
      if (!isGap && !isFiller) periods.at(-1)?.segmentUrls.push(new URL(recordedName(line), url).href);
      isGap = false;
    }
  }
  return periods;
}

/** Init and segments, one behind the other. @returns the path of the file */
export async function savePeriod(period: Period, folder: string, name: string): Promise<string> {
  const parts: Buffer[] = [];
  for (const url of [period.initUrl, ...period.segmentUrls]) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`GET ${url} → ${response.status}`);
    parts.push(Buffer.from(await response.arrayBuffer()));
  }
  const path = join(folder, `${name}.mp4`);
  await writeFile(path, Buffer.concat(parts));
  return path;
}
