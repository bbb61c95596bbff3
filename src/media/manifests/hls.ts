import type { MediaKind } from '../codecs/codec.js';
import { ticksToMs } from '../timeline/ticks.js';
import { bandwidthOf } from './bandwidth.js';
import { epochMsOf, hasGone, withoutGoneEnd } from './gone-segments.js';
import type {
  GoneMedia,
  ManifestObject,
  ManifestPeriod,
  ManifestSegment,
  ManifestTimeline,
  ManifestTrack,
} from './timeline.js';
import { uriOf } from './uri.js';

/** EXT-X-MAP in a playlist of media wants 6, and players take fMP4 from 7 on. */
const VERSION = 7;
/** EXT-X-GAP, RFC 8216bis section 8. */
const VERSION_WITH_GAPS = 8;
/** Behind EXT-X-GAP nobody should load anything; who does all the same must not get media of the other kind. */
const MISSING_URI = 'missing.m4s';
/** A comment (section 4.1): for people, and for tools that want to know what was recorded. */
const FILLER_MARK = '# filler: nothing of this kind was recorded here';
const AUDIO_GROUP = 'audio';
/** Of the playlist of key frames alone. */
export const KEY_FRAMES_NAME = 'keyframes.m3u8';

/** @returns name of a kind's media playlist, beside the multivariant one */
function mediaPlaylistName(kind: MediaKind): string {
  return `${kind}.m3u8`;
}

/** The multivariant playlist, RFC 8216bis section 4.4.6: one variant, with sound as a rendition of its own. */
export function writeHlsMultivariant(timeline: ManifestTimeline): string {
  const tracks = timeline.periods.flatMap((period) => period.tracks);
  const video = tracks.filter(({ kind }) => kind === 'video');
  const audio = tracks.filter(({ kind }) => kind === 'audio');
  const query = playlistQuery(timeline);
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${String(versionOf(timeline))}`];
  if (video.length > 0 && audio.length > 0) lines.push(audioRendition(audio, query));
  if (tracks.length > 0) lines.push(...variant(timeline, video, audio));
  return asText(lines);
}

/** What the playlists that it names are asked for with. */
function playlistQuery({ view, places }: ManifestTimeline): string {
  const query = view?.query ?? '';
  return places === undefined ? query : `${query}${query === '' ? '?' : '&'}places=${String(places)}`;
}

/**
 * Section 4.4.2.2: where a view begins inside its first segment. What grows is joined where it is live. It is in media
 * playlists only: FFmpeg takes a multivariant one that has it for a media playlist too, an empty one.
 */
export function startLine({ view, isLive }: ManifestTimeline): string[] {
  if (view === undefined || isLive || view.startOffsetMs <= 0) return [];
  return [`#EXT-X-START:TIME-OFFSET=${(view.startOffsetMs / 1000).toFixed(3)},PRECISE=YES`];
}

function audioRendition(audio: readonly ManifestTrack[], query: string): string {
  const channels = Math.max(...audio.map((track) => track.channels ?? 0));
  return attributeLine('#EXT-X-MEDIA', {
    TYPE: 'AUDIO',
    'GROUP-ID': quoted(AUDIO_GROUP),
    NAME: quoted('Audio'),
    DEFAULT: 'YES',
    AUTOSELECT: 'YES',
    CHANNELS: channels > 0 ? quoted(String(channels)) : undefined,
    URI: quoted(mediaPlaylistName('audio') + query),
  });
}

function variant(
  timeline: ManifestTimeline,
  video: readonly ManifestTrack[],
  audio: readonly ManifestTrack[],
): string[] {
  const bandwidth = bandwidthOf(timeline);
  const line = attributeLine('#EXT-X-STREAM-INF', {
    BANDWIDTH: String(bandwidth.peakBps),
    'AVERAGE-BANDWIDTH': String(bandwidth.averageBps),
    CODECS: codecsOf(video, audio),
    RESOLUTION: largestResolution(video),
    AUDIO: video.length > 0 && audio.length > 0 ? quoted(AUDIO_GROUP) : undefined,
  });
  const name = mediaPlaylistName(video.length > 0 ? 'video' : 'audio') + playlistQuery(timeline);
  return [line, name, ...keyFrameVariant(timeline, video, bandwidth.peakBps)];
}

/** Section 4.4.6.3: of a view that is finished, its key frames alone. None is larger than the segment that begins with it. */
function keyFrameVariant(timeline: ManifestTimeline, video: readonly ManifestTrack[], peakBps: number): string[] {
  if (timeline.view === undefined || timeline.isLive || video.length === 0) return [];
  const line = attributeLine('#EXT-X-I-FRAME-STREAM-INF', {
    BANDWIDTH: String(peakBps),
    CODECS: codecsOf(video, []),
    RESOLUTION: largestResolution(video),
    URI: quoted(KEY_FRAMES_NAME + playlistQuery(timeline)),
  });
  return [line];
}

/**
 * Every codec of the directory, as section 4.4.6.2 wants it. Of a kind that changed from one codec to another nothing is said,
 * which is allowed: players refuse all of a variant that names one codec they lack, and play what they can of one that names none.
 *
 * @returns undefined where a kind has more than one codec
 */
function codecsOf(video: readonly ManifestTrack[], audio: readonly ManifestTrack[]): string | undefined {
  if (hasSeveralCodecs(video) || hasSeveralCodecs(audio)) return undefined;
  const codecs = new Set([...video, ...audio].map(({ codecString }) => codecString));
  return quoted([...codecs].join(','));
}

/** By their sample entries, RFC 6381: `avc1.640028` and `avc1.42e01f` are one codec. */
function hasSeveralCodecs(tracks: readonly ManifestTrack[]): boolean {
  return new Set(tracks.map(({ codecString }) => codecString.split('.', 1)[0])).size > 1;
}

function largestResolution(video: readonly ManifestTrack[]): string | undefined {
  const sizes = video.map(({ width = 0, height = 0 }) => ({ width, height }));
  const largest = sizes.sort((a, b) => b.width * b.height - a.width * a.height)[0];
  return largest === undefined || largest.width === 0
    ? undefined
    : `${String(largest.width)}x${String(largest.height)}`;
}

/**
 * The media playlist of one kind, RFC 8216bis section 4.4: an EVENT that ends when nothing records any more.
 *
 * Every Period is a discontinuity, and a segment that this kind does not have is a gap of the other's length: so both
 * playlists have the same entries, and players keep sound and picture together across them. Where something was deleted
 * the entries that are left keep their sequence numbers, by gaps where it was in the middle, and an EVENT it is no more.
 */
export function writeHlsMedia(timeline: ManifestTimeline, kind: MediaKind): string {
  const shown = timeline.isLive ? timeline.periods : withoutGoneEnd(timeline.periods);
  const periods = shown.filter(({ segments }) => segments.some(isShown));
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${String(versionOf(timeline))}`,
    `#EXT-X-TARGETDURATION:${String(targetSeconds(timeline))}`,
    ...placeLines(timeline, periods),
    ...startLine(timeline),
    ...(isIndependent(timeline, kind) ? ['#EXT-X-INDEPENDENT-SEGMENTS'] : []),
  ];
  let initUri: string | undefined;
  periods.forEach((period, index) => {
    const isBreak = index > 0 && period.isContinuation !== true;
    if (isBreak) {
      lines.push('#EXT-X-DISCONTINUITY');
      initUri = undefined;
    }
    const map = period.tracks.find((track) => track.kind === kind)?.initUri;
    if (map !== undefined && map !== initUri) lines.push(`#EXT-X-MAP:URI=${quoted(map)}`);
    initUri = map ?? initUri;
    for (const line of periodEntries(period, kind, index === 0 || isBreak)) lines.push(line);
  });
  if (!timeline.isLive) lines.push('#EXT-X-ENDLIST');
  return asText(lines);
}

/** Whether entries may leave at the beginning, and how many have. */
export function placeLines(timeline: ManifestTimeline, periods: readonly ManifestPeriod[]): string[] {
  const { view, left } = timeline;
  const firstNumber = periods[0]?.segments.find(({ objects }) => objects.length > 0)?.number ?? 1;
  const isWhole = firstNumber === 1 && !hasGone(periods);
  const type = view === undefined ? (isWhole ? 'EVENT' : undefined) : view.playlistType;
  const mediaSequence = (timeline.firstNumber ?? firstNumber) - 1 + (left?.segmentCount ?? 0);
  const discontinuities = view?.discontinuitySequence ?? left?.discontinuityCount ?? 0;
  return [
    ...(type === undefined ? [] : [`#EXT-X-PLAYLIST-TYPE:${type}`]),
    `#EXT-X-MEDIA-SEQUENCE:${String(view?.mediaSequence ?? mediaSequence)}`,
    ...(discontinuities === 0 ? [] : [`#EXT-X-DISCONTINUITY-SEQUENCE:${String(discontinuities)}`]),
  ];
}

/** Promised only where nothing can be added that would break it. */
function isIndependent(timeline: ManifestTimeline, kind: MediaKind): boolean {
  if (timeline.isLive) return false;
  return timeline.periods.every((period) =>
    period.segments.every((segment) => objectOf(period, segment, kind)?.object.independent !== false),
  );
}

/** Twice the target from the first line on: a segment without a key frame is cut there, and this must never change. */
export function targetSeconds(timeline: ManifestTimeline): number {
  let longestMs = 2 * timeline.segmentDurationMs;
  for (const period of timeline.periods) {
    for (const segment of period.segments) {
      longestMs = Math.max(longestMs, segment.gone?.durationMs ?? longestObjectMs(period, segment));
    }
  }
  return Math.max(1, Math.ceil((2 * timeline.segmentDurationMs) / 1000), Math.round(longestMs / 1000));
}

/** Both playlists and the multivariant one say the same. */
function versionOf(timeline: ManifestTimeline): number {
  const kinds = new Set(timeline.periods.flatMap(({ tracks }) => tracks.map(({ kind }) => kind)));
  const isWhole = timeline.periods.every((period) =>
    period.segments.every((segment) =>
      [...kinds].every((kind) => segment.objects.length === 0 || objectOf(period, segment, kind) !== undefined),
    ),
  );
  return isWhole && !hasGone(timeline.periods) ? VERSION : VERSION_WITH_GAPS;
}

function isShown({ objects, gone }: ManifestSegment): boolean {
  return objects.length > 0 || gone !== undefined;
}

interface PlacedObject {
  readonly object: ManifestObject;
  readonly track: ManifestTrack;
}

function objectOf(period: ManifestPeriod, segment: ManifestSegment, kind: MediaKind): PlacedObject | undefined {
  const track = period.tracks.find((candidate) => candidate.kind === kind);
  const object = segment.objects.find(({ trackId }) => trackId === track?.id);
  return track === undefined || object === undefined ? undefined : { object, track };
}

function longestObjectMs(period: ManifestPeriod, segment: ManifestSegment): number {
  const durations = segment.objects.map((object) => {
    const timescale = period.tracks.find(({ id }) => id === object.trackId)?.timescale ?? 1000;
    return ticksToMs(object.durationTicks, timescale);
  });
  return Math.max(0, ...durations);
}

/** @param isBreak false where it plays on from the Period before */
function periodEntries(period: ManifestPeriod, kind: MediaKind, isBreak: boolean): string[] {
  const segments = period.segments.filter(isShown);
  const isFiller = period.tracks.some((track) => track.kind === kind && track.isFiller === true);
  const entries = segments.flatMap((segment, index) => segmentEntry(period, segment, kind, isBreak && index === 0));
  return isFiller && isBreak ? [FILLER_MARK, ...entries] : entries;
}

function segmentEntry(period: ManifestPeriod, segment: ManifestSegment, kind: MediaKind, isFirst: boolean): string[] {
  if (segment.gone !== undefined) return goneEntry(period, segment.gone, kind, isFirst);
  const placed = objectOf(period, segment, kind) ?? otherObject(period, segment);
  if (placed === undefined) return [];
  const { object, track } = placed;
  return [
    ...(isFirst ? [`#EXT-X-PROGRAM-DATE-TIME:${wallClock(period, placed)}`] : []),
    `#EXTINF:${seconds(object.durationTicks, track.timescale)},`,
    ...(track.kind === kind ? [uriOf(object)] : gapOf(undefined)),
  ];
}

/** Its clock is the one that players were shown. */
function goneEntry(
  period: ManifestPeriod,
  { durationMs, uris, startEpochMs }: GoneMedia,
  kind: MediaKind,
  isFirst: boolean,
): string[] {
  const startMs = startEpochMs[kind] ?? startEpochMs.video ?? startEpochMs.audio ?? period.startEpochMs;
  return [
    ...(isFirst ? [`#EXT-X-PROGRAM-DATE-TIME:${instant(startMs)}`] : []),
    `#EXTINF:${seconds(durationMs, 1000)},`,
    ...gapOf(uris[kind]),
  ];
}

function gapOf(uri: string | undefined): readonly string[] {
  return ['#EXT-X-GAP', uri ?? MISSING_URI];
}

/** Tells how long the missing one would be. */
function otherObject(period: ManifestPeriod, segment: ManifestSegment): PlacedObject | undefined {
  const [object] = segment.objects;
  const track = period.tracks.find(({ id }) => id === object?.trackId);
  return track === undefined || object === undefined ? undefined : { object, track };
}

export function wallClock(period: ManifestPeriod, { object, track }: PlacedObject): string {
  return instant(epochMsOf(period, object, track));
}

function instant(epochMs: number): string {
  return new Date(Math.round(epochMs)).toISOString();
}

export function seconds(ticks: number, timescale: number): string {
  return (ticks / timescale).toFixed(6);
}

/** RFC 8216bis section 4.2: no line break and no quotation mark in a quoted string. */
export function quoted(text: string): string {
  return `"${text.replace(/["\r\n]/g, '')}"`;
}

function attributeLine(tag: string, attributes: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return `${tag}:${pairs.map(([name, value]) => `${name}=${value ?? ''}`).join(',')}`;
}

export function asText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
