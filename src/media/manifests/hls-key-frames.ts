import { asText, placeLines, quoted, seconds, startLine, targetSeconds, wallClock } from './hls.js';
import { keyFrameName } from './key-frame-name.js';
import type { ManifestObject, ManifestPeriod, ManifestTimeline, ManifestTrack } from './timeline.js';
import { uriOf } from './uri.js';

/** EXT-X-I-FRAMES-ONLY wants 4, EXT-X-MAP in a playlist of key frames 5, and players take fMP4 from 7 on. */
const VERSION = 7;

/** A key frame, shown until the next one. */
interface ShownFrame {
  readonly object: ManifestObject;
  readonly uri: string;
  durationTicks: number;
}

/**
 * The playlist of key frames alone, RFC 8216bis section 4.4.3.6: what players show while they look for a place fast. Each
 * entry is the key frame that a segment begins with, as an object of its own: byte ranges of the recorded segments would have to
 * be read from each of them, and would end in the middle of a fragment. A segment without one prolongs the frame before.
 */
export function writeHlsKeyFrames(timeline: ManifestTimeline): string {
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${String(VERSION)}`,
    `#EXT-X-TARGETDURATION:${String(targetOf(timeline))}`,
    ...placeLines(timeline, timeline.periods),
    ...startLine(timeline),
    '#EXT-X-I-FRAMES-ONLY',
  ];
  let isFirst = true;
  for (const period of timeline.periods) {
    const track = videoOf(period);
    const frames = track === undefined ? [] : framesOf(period, track);
    if (track === undefined || frames.length === 0) continue;
    if (!isFirst && period.isContinuation !== true) lines.push('#EXT-X-DISCONTINUITY');
    isFirst = false;
    lines.push(`#EXT-X-MAP:URI=${quoted(track.initUri)}`);
    for (const [index, { object, uri, durationTicks }] of frames.entries()) {
      if (index === 0) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${wallClock(period, { object, track })}`);
      lines.push(`#EXTINF:${seconds(durationTicks, track.timescale)},`, uri);
    }
  }
  if (!timeline.isLive) lines.push('#EXT-X-ENDLIST');
  return asText(lines);
}

/** EXT-X-TARGETDURATION is that of the longest entry, which may last as long as several segments. */
function targetOf(timeline: ManifestTimeline): number {
  let longest = targetSeconds(timeline);
  for (const period of timeline.periods) {
    const track = videoOf(period);
    if (track === undefined) continue;
    for (const { durationTicks } of framesOf(period, track)) {
      longest = Math.max(longest, Math.round(durationTicks / track.timescale));
    }
  }
  return longest;
}

function framesOf({ segments }: ManifestPeriod, track: ManifestTrack): ShownFrame[] {
  const frames: ShownFrame[] = [];
  for (const { number, objects } of segments) {
    const object = objects.find(({ trackId }) => trackId === track.id);
    if (object === undefined) continue;
    const { folder, name, independent, durationTicks } = object;
    const last = frames.at(-1);
    // What stands in for pictures is a single key frame already.
    const uri = uriOf({ folder, name: track.isFiller === true ? name : keyFrameName(number) });
    if (independent) frames.push({ object, uri, durationTicks });
    else if (last !== undefined) last.durationTicks += durationTicks;
  }
  return frames;
}

function videoOf({ tracks }: ManifestPeriod): ManifestTrack | undefined {
  return tracks.find(({ kind }) => kind === 'video');
}
