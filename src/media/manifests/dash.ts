import type { MediaKind } from '../codecs/codec.js';
import { msToTicks, ticksToMs } from '../timeline/ticks.js';
import { tileSet } from './dash-tiles.js';
import { templateRunsOf, type TemplateRun } from './template-runs.js';
import { KEY_FRAME_TEMPLATE } from './key-frame-name.js';
import { sheetMs } from './tiles.js';
import type { ManifestTimeline, ViewFacts } from './timeline.js';
import { escapeTemplate, type TimelineEntry, type TrackRun } from './track-run.js';
import { element, type XmlAttributes } from './xml.js';

const PROFILES = 'urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019';
/** What was recorded, and what stands in for what was not. */
const FILLER_SCHEME = 'urn:aircheck:origin';
/** DASH-IF IOP version 4.3 section 3.2.9. */
const TRICK_MODE_SCHEME = 'http://dashif.org/guidelines/trickmode';
const TRICK_MODE_SET_ID = 4;
/** With segments of six seconds, almost three key frames in each second. */
const MAX_PLAYOUT_RATE = 16;
/** How often a player asks for more while something records. */
const UPDATE_PERIOD = 'PT2S';
/** A stable id per kind lets players carry a selection over from Period to Period. */
const ADAPTATION_SET_ID: Readonly<Record<MediaKind, number>> = { video: 1, audio: 2 };

/**
 * The Media Presentation Description of a directory or a view, ISO/IEC 23009-1: `dynamic` while something records into it,
 * with everything since its beginning to be seen (no timeShiftBufferDepth, but for a window that moves), else `static`.
 *
 * Each Period but the last has its start and its length, so that a gap between two of them is told as it was.
 */
export function writeDashManifest(timeline: ManifestTimeline): string {
  const runs = timeline.periods.flatMap(templateRunsOf);
  const periods = runs.flatMap((run, index) => periodLines(run, index === runs.length - 1, timeline.view));
  const attributes = {
    xmlns: 'urn:mpeg:dash:schema:mpd:2011',
    profiles: PROFILES,
    ...(timeline.isLive ? liveAttributes(timeline) : finishedAttributes(runs)),
    maxSegmentDuration: duration(longestSegmentMs(timeline, runs)),
    minBufferTime: duration(timeline.segmentDurationMs),
  };
  const lines = element('MPD', attributes, [...periods, ...(timeline.isLive ? clockLines(timeline) : [])]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${lines.join('\n')}\n`;
}

/**
 * A segment appears when it is closed, at worst twice the target after its first sample; with one more target in hand a
 * player at the live edge does not run dry.
 */
function liveAttributes(timeline: ManifestTimeline): XmlAttributes {
  return {
    type: 'dynamic',
    availabilityStartTime: instant(timeline.availabilityStartEpochMs),
    publishTime: instant(timeline.publishedEpochMs),
    minimumUpdatePeriod: UPDATE_PERIOD,
    timeShiftBufferDepth: timeline.view?.windowMs === undefined ? undefined : duration(timeline.view.windowMs),
    suggestedPresentationDelay: duration(3 * timeline.segmentDurationMs),
  };
}

function finishedAttributes(runs: readonly TemplateRun[]): XmlAttributes {
  const endMs = runs.reduce((latest, run) => Math.max(latest, run.startMs + run.durationMs), 0);
  return { type: 'static', mediaPresentationDuration: duration(endMs) };
}

/** What time it was here when this was written, for players whose clock is wrong. */
function clockLines(timeline: ManifestTimeline): string[] {
  const value = instant(timeline.publishedEpochMs);
  return element('UTCTiming', { schemeIdUri: 'urn:mpeg:dash:utc:direct:2014', value });
}

function longestSegmentMs(timeline: ManifestTimeline, runs: readonly TemplateRun[]): number {
  const step = timeline.view?.tileStep;
  let longestMs = Math.max(2 * timeline.segmentDurationMs, step === undefined ? 0 : sheetMs(step));
  for (const { track, longestTicks } of runs.flatMap(({ tracks }) => tracks)) {
    longestMs = Math.max(longestMs, ticksToMs(longestTicks, track.timescale));
  }
  return longestMs;
}

/**
 * The last Period ends with the presentation (section 5.3.2.1), or grows. Where every Period says its length, dash.js
 * takes their sum for the length of the presentation, gaps left out, and never comes to its end.
 */
function periodLines(run: TemplateRun, isLast: boolean, view: ViewFacts | undefined): string[] {
  const attributes = {
    id: run.id,
    start: duration(run.startMs),
    duration: isLast ? undefined : duration(Math.round(run.startMs + run.durationMs) - Math.round(run.startMs)),
  };
  const { tileStep, hasKeyFrames = false, query = '' } = view ?? {};
  return element('Period', attributes, [
    ...run.tracks.flatMap((track) => adaptationSet(run, track)),
    ...(hasKeyFrames ? run.tracks.flatMap((track) => keyFrameSet(run, track)) : []),
    ...(tileStep === undefined ? [] : tileSet(run, tileStep, query)),
  ]);
}

function adaptationSet(run: TemplateRun, trackRun: TrackRun): string[] {
  const { kind } = trackRun.track;
  const attributes = {
    id: ADAPTATION_SET_ID[kind],
    contentType: kind,
    mimeType: `${kind}/mp4`,
    segmentAlignment: 'true',
    startWithSAP: trackRun.isIndependent ? 1 : undefined,
  };
  return element('AdaptationSet', attributes, [...fillerMark(trackRun), ...representation(run, trackRun)]);
}

/** Each segment's key frame in its place, as an object of its own; none where a segment begins without one. */
function keyFrameSet(run: TemplateRun, trackRun: TrackRun): string[] {
  const { track, isIndependent, peakBps } = trackRun;
  if (track.kind !== 'video' || track.isFiller === true || !isIndependent) return [];
  const attributes = { contentType: 'video', mimeType: 'video/mp4', segmentAlignment: 'true', startWithSAP: 1 };
  const representation = {
    id: 'keyframes',
    codecs: track.codecString,
    bandwidth: peakBps,
    width: track.width,
    height: track.height,
    maxPlayoutRate: MAX_PLAYOUT_RATE,
    codingDependency: 'false',
  };
  const keyFrames = { ...trackRun, nameTemplate: KEY_FRAME_TEMPLATE };
  return element('AdaptationSet', { id: TRICK_MODE_SET_ID, ...attributes }, [
    ...element('EssentialProperty', { schemeIdUri: TRICK_MODE_SCHEME, value: ADAPTATION_SET_ID.video }),
    ...element('Representation', representation, segmentTemplate(run, keyFrames)),
  ]);
}

/** Says that nothing was recorded of this kind in the Period. Players need not know it (section 5.8.4.9). */
function fillerMark({ track }: TrackRun): string[] {
  return track.isFiller === true
    ? element('SupplementalProperty', { schemeIdUri: FILLER_SCHEME, value: 'filler' })
    : [];
}

function representation(run: TemplateRun, trackRun: TrackRun): string[] {
  const { track } = trackRun;
  const attributes = {
    id: track.kind,
    codecs: track.codecString,
    bandwidth: trackRun.peakBps,
    width: track.width,
    height: track.height,
    audioSamplingRate: track.sampleRate,
  };
  return element('Representation', attributes, [...channels(trackRun), ...segmentTemplate(run, trackRun)]);
}

function channels({ track }: TrackRun): string[] {
  if (track.channels === undefined) return [];
  const schemeIdUri = 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011';
  return element('AudioChannelConfiguration', { schemeIdUri, value: track.channels });
}

function segmentTemplate(run: TemplateRun, { track, entries, folder, nameTemplate }: TrackRun): string[] {
  const attributes = {
    timescale: track.timescale,
    presentationTimeOffset: msToTicks(run.mediaStartMs, track.timescale),
    startNumber: run.firstNumber,
    initialization: escapeTemplate(track.initUri),
    media: folder + nameTemplate,
  };
  return element('SegmentTemplate', attributes, element('SegmentTimeline', {}, entries.flatMap(timelineEntry)));
}

function timelineEntry({ startTicks, durationTicks, repeats }: TimelineEntry): string[] {
  return element('S', { t: startTicks, d: durationTicks, r: repeats === 0 ? undefined : repeats });
}

/** ISO 8601 in seconds, to the millisecond. */
function duration(milliseconds: number): string {
  return `PT${String(Math.round(milliseconds) / 1000)}S`;
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
