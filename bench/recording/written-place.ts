// Where something of a packed file was written, by the map beside it.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { CallFrame, Portion } from './profile-figures.ts';

const maps = new Map<string, SourceMap | undefined>();

/** The same portions, each in the file of the source that it was packed from. */
export function inSources(portions: readonly Portion[]): Portion[] {
  return portions.map(({ place, amount }) => ({ place: writtenPlace(place), amount }));
}

function writtenPlace(place: CallFrame): CallFrame {
  if (!place.url.includes('/dist/chunks/')) return place;
  const entry = mapOf(place.url)?.findEntry(place.lineNumber, place.columnNumber);
  if (entry === undefined || !('originalSource' in entry)) return place;
  return { ...place, url: new URL(entry.originalSource, place.url).href, lineNumber: entry.originalLine };
}

function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) {
    const path = `${fileURLToPath(url)}.map`;
    const map = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload) : undefined;
    maps.set(url, map && new SourceMap(map));
  }
  return maps.get(url);
}
