import type { CompletenessRow, GapRow, RecordingSession, SegmentRow, TrackRow } from '../entities/index.js';
import type { RecordingSessionReason } from '../sessions/recording-session.js';
import { sessionFileSchema, type SessionFile } from './session-file-schema.js';

type SessionFacts = Pick<
  RecordingSession,
  | 'id'
  | 'stream'
  | 'nodeAlias'
  | 'trigger'
  | 'state'
  | 'reason'
  | 'directory'
  | 'baseDir'
  | 'startedAt'
  | 'interruptedAt'
  | 'endedAt'
  | 'anchoredAt'
  | 'heldAt'
  | 'unrecorded'
>;

/** The rows that a session file stands for, but for what the bytes and other rows tell. */
export interface SessionFileRows {
  /** Where the file lies. */
  readonly directory: string;
  readonly session: SessionFacts;
  /** Wall clock of its first media there; null where the file does not tell. */
  readonly partStartedAt: Date | null;
  readonly tracks: readonly FileTrack[];
  /** Of the whole session, as is what follows but for the segments. */
  readonly gaps: readonly Omit<GapRow, 'createdAt'>[];
  readonly completeness: readonly CompletenessRow[];
  readonly segments: readonly FileSegment[];
}

/** `isLost`: its init object was when the file was written. */
export type FileTrack = Omit<TrackRow, 'createdAt' | 'lostAt'> & { readonly isLost: boolean };

/** `knownLost`: tracks whose objects were lost when the file was written. */
export type FileSegment = Omit<SegmentRow, 'createdAt' | 'state' | 'releasedAt' | 'lostTracks' | 'lostBytes'> & {
  readonly knownLost: readonly string[];
};

/**
 * Reads back what `writeSessionFile` wrote.
 *
 * @param directory where the file lies now
 * @returns undefined for anything else
 */
export function readSessionFile(bytes: Buffer, directory: string): SessionFileRows | undefined {
  const parsed = sessionFileSchema.safeParse(parseJson(bytes));
  if (!parsed.success) return undefined;
  const file = parsed.data;
  const tracks = file.tracks.map((track) => trackRow(track, file.id, directory));
  const byId = new Map(tracks.map((track) => [track.trackId, track]));
  const segments = file.segments.map((segment) => segmentRow(segment, file.id, directory, byId));
  if (!segments.every((segment) => segment !== undefined)) return undefined;
  return {
    directory,
    session: sessionFacts(file, directory),
    partStartedAt: instantOf(file.part_started_at),
    tracks,
    gaps: file.gaps.map((gap) => ({
      sessionId: file.id,
      kind: gap.kind,
      startMs: gap.start_ms,
      durationMs: gap.duration_ms,
      cause: gap.cause,
    })),
    completeness: (file.completeness?.tracks ?? []).map((track) => ({
      sessionId: file.id,
      kind: track.kind,
      packetsReceived: track.packets_received,
      packetsRepaired: track.packets_repaired,
      packetsLost: track.packets_lost,
      framesRecorded: track.frames_recorded,
      framesDropped: track.frames_dropped,
    })),
    segments,
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function sessionFacts(file: SessionFile, directory: string): SessionFacts {
  return {
    id: file.id,
    stream: file.stream,
    nodeAlias: file.node,
    trigger: file.trigger,
    state: file.state,
    reason: file.reason as RecordingSessionReason | null,
    directory: file.last_directory ?? directory,
    baseDir: file.base_dir,
    startedAt: new Date(file.started_at),
    interruptedAt: instantOf(file.interrupted_at),
    endedAt: instantOf(file.ended_at),
    anchoredAt: file.anchor_epoch_ms === null ? null : new Date(file.anchor_epoch_ms),
    heldAt: instantOf(file.held_at),
    unrecorded: file.unrecorded.map(({ kind, codec: codecName, reason }) => ({ kind, codecName, reason })),
  };
}

function instantOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

function trackRow(track: SessionFile['tracks'][number], sessionId: string, directory: string): FileTrack {
  return {
    directory,
    sessionId,
    trackId: track.id,
    kind: track.kind,
    codecName: track.codec,
    codecString: track.codec_string,
    timescale: track.timescale,
    initObjectKey: `${directory}/${track.init}`,
    initSizeBytes: track.init_size_bytes,
    initSha256: track.init_sha256,
    width: track.width,
    height: track.height,
    sampleRate: track.sample_rate,
    channels: track.channels,
    isLost: track.state === 'lost',
  };
}

/** @returns undefined when it is of a track that the file does not have */
function segmentRow(
  segment: SessionFile['segments'][number],
  sessionId: string,
  directory: string,
  tracks: ReadonlyMap<string, FileTrack>,
): FileSegment | undefined {
  const objects = segment.objects.flatMap((object) => {
    const track = tracks.get(object.track);
    if (track === undefined) return [];
    return {
      trackId: object.track,
      kind: track.kind,
      objectKey: `${directory}/${object.name}`,
      sizeBytes: object.size_bytes,
      sha256: object.sha256,
      startTicks: object.start_ticks,
      durationTicks: object.duration_ticks,
      timescale: track.timescale,
      samples: object.samples,
      independent: object.independent,
    };
  });
  if (objects.length !== segment.objects.length) return undefined;
  return {
    directory,
    number: segment.number,
    sessionId,
    period: segment.period,
    startMs: segment.start_ms,
    durationMs: segment.duration_ms,
    sizeBytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    objects,
    knownLost: segment.objects.filter(({ state }) => (segment.state ?? state) === 'lost').map(({ track }) => track),
  };
}
