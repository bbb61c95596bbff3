import type { EntityManager } from 'typeorm';
import { GapRow, RecordingSession, SessionPart, TrackRow, type SegmentRow } from '../entities/index.js';
import { findRow, findRows } from '../../../persistence/find-row.js';
import { splitKey } from '../directories/object-names.js';
import type { Completeness } from '../sessions/completeness.js';
import { findCompleteness } from '../sessions/find-completeness.js';
import { segmentPages } from './segment-pages.js';

/** Grows when a reader of the old shape could not read the new one. */
const VERSION = 1;

/** Of a segment, or of what alone is lost: an object of one, an init object. */
const LOST = { state: 'lost' } as const;

/**
 * The content of `session_<id>.json`: everything the index knows of a session's part in a directory, from which it can be
 * built again. Names of objects are relative to the file, times are session time.
 */
export async function writeSessionFile(manager: EntityManager, sessionId: string, directory: string): Promise<Buffer> {
  const session = await manager.findOneByOrFail(RecordingSession, { id: sessionId });
  const part = await findRow(manager, SessionPart, { sessionId, directory });
  const inDirectory = '"session_id" = ? AND "directory" = ? ORDER BY "created_at"';
  const tracks = await findRows(manager, TrackRow, inDirectory, [sessionId, directory]);
  const gaps = await findRows(manager, GapRow, '"session_id" = ? ORDER BY "start_ms"', [sessionId]);
  const completeness = (await findCompleteness(manager, [session])).get(sessionId);
  const facts = JSON.stringify({
    ...sessionEntry(session, directory),
    part_started_at: part?.startedAt ?? null,
    completeness: completeness && completenessEntry(completeness),
    tracks: tracks.map(trackEntry),
    gaps: gaps.map(gapEntry),
  });
  const pages: Buffer[] = [];
  for await (const page of segmentPages(manager, { sessionId, directory })) {
    pages.push(Buffer.from(`${pages.length === 0 ? '' : ','}${page.map(segmentJson).join(',')}`));
  }
  return Buffer.concat([Buffer.from(`${facts.slice(0, -1)},"segments":[`), ...pages, Buffer.from(']}')]);
}

function sessionEntry(session: RecordingSession, directory: string): object {
  return {
    version: VERSION,
    id: session.id,
    stream: session.stream,
    node: session.nodeAlias,
    trigger: session.trigger,
    state: session.state,
    reason: session.reason,
    directory,
    last_directory: session.directory,
    base_dir: session.baseDir,
    started_at: session.startedAt,
    interrupted_at: session.interruptedAt,
    ended_at: session.endedAt,
    held_at: session.heldAt,
    anchor_epoch_ms: session.anchoredAt?.getTime() ?? null,
    unrecorded: (session.unrecorded ?? []).map(({ kind, codecName: codec, reason }) => ({ kind, codec, reason })),
  };
}

/** Of the whole session, over all directories. */
function completenessEntry({ coveredPercent, gapCount, gapMs, causes, tracks }: Completeness): object {
  return {
    covered_percent: coveredPercent ?? null,
    gap_count: gapCount,
    gap_ms: gapMs,
    causes: causes.map((sum) => ({ cause: sum.cause, gap_count: sum.gapCount, gap_ms: sum.gapMs })),
    tracks: tracks.map((track) => ({
      kind: track.kind,
      packets_received: track.packetsReceived,
      packets_repaired: track.packetsRepaired,
      packets_lost: track.packetsLost,
      frames_recorded: track.framesRecorded,
      frames_dropped: track.framesDropped,
      gap_count: track.gapCount,
      gap_ms: track.gapMs,
      covered_percent: track.coveredPercent ?? null,
    })),
  };
}

function gapEntry({ kind, startMs, durationMs, cause }: GapRow): object {
  return { kind, start_ms: startMs, duration_ms: durationMs, cause };
}

function trackEntry(track: TrackRow): object {
  return {
    id: track.trackId,
    kind: track.kind,
    codec: track.codecName,
    codec_string: track.codecString,
    timescale: track.timescale,
    init: splitKey(track.initObjectKey).name,
    init_size_bytes: track.initSizeBytes,
    init_sha256: track.initSha256,
    width: track.width,
    height: track.height,
    sample_rate: track.sampleRate,
    channels: track.channels,
    ...(track.lostAt === null ? {} : LOST),
  };
}

function segmentJson({ number, period, startMs, durationMs, state, objects, lostTracks }: SegmentRow): string {
  return JSON.stringify({
    number,
    period,
    start_ms: startMs,
    duration_ms: durationMs,
    ...(state === 'lost' ? LOST : {}),
    objects: objects.map((object) => ({
      track: object.trackId,
      name: splitKey(object.objectKey).name,
      size_bytes: object.sizeBytes,
      sha256: object.sha256,
      start_ticks: object.startTicks,
      duration_ticks: object.durationTicks,
      samples: object.samples,
      independent: object.independent,
      ...(lostTracks?.includes(object.trackId) === true ? LOST : {}),
    })),
  });
}
