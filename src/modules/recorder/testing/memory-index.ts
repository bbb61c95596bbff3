import type {
  RecordedGap,
  RecordedTrack,
  RecordingDirectory,
  SegmentClosed,
  TrackReception,
} from '../../../engine/index.js';
import type { OpenSessionInput, RecordingSessionView, SessionStateChange } from '../../index/index.service.js';
import type { RecordingDirectories, RecordingIndex, RecordingSessions } from '../recording-context.js';

/** The index without a database, and a log of what was asked of it. */
export class MemoryIndex implements RecordingIndex, RecordingSessions, RecordingDirectories {
  readonly rows = new Map<string, RecordingSessionView>();
  readonly receptions = new Map<string, TrackReception[]>();
  readonly segments: SegmentClosed[] = [];
  /** In the order of the calls that succeeded: `open`, `anchor`, `track`, `segment 1`, `gap`, `recording`, `completed`. */
  readonly log: string[] = [];
  readonly owners = new Map<string, string>();
  readonly published = new Set<string>();
  isAway = false;

  async openSession(input: OpenSessionInput): Promise<RecordingSessionView> {
    this.answer('open');
    const row: RecordingSessionView = {
      ...input,
      state: 'recording',
      reason: undefined,
      mpdPath: `${input.directory}/manifest.mpd`,
      interruptedAt: undefined,
      endedAt: undefined,
      anchorEpochMs: undefined,
      firstMediaMs: undefined,
      endMs: 0,
      durationMs: 0,
      sizeBytes: 0,
      segmentCount: 0,
      nextPeriod: 0,
      gapCount: 0,
      gapMs: 0,
      unrecorded: [],
    };
    this.rows.set(input.id, row);
    return Promise.resolve(row);
  }

  async anchorSession(sessionId: string, anchorEpochMs: number): Promise<void> {
    this.answer('anchor');
    this.change(sessionId, { anchorEpochMs });
    return Promise.resolve();
  }

  async commitTrack(_sessionId: string, _track: RecordedTrack): Promise<void> {
    this.answer('track');
    return Promise.resolve();
  }

  async commitSegment(closed: SegmentClosed, reception: readonly TrackReception[] = []): Promise<void> {
    this.answer(`segment ${closed.number}`);
    if (reception.length > 0) this.receptions.set(closed.recordingSessionId, [...reception]);
    this.segments.push(closed);
    const row = this.row(closed.recordingSessionId);
    const object = closed.objects[0];
    const endMs = object === undefined ? 0 : ((object.startTicks + object.durationTicks) * 1000) / object.timescale;
    this.change(row.id, { segmentCount: row.segmentCount + 1, nextPeriod: closed.period + 1, endMs });
    return Promise.resolve();
  }

  async commitGap(_sessionId: string, _gap: RecordedGap): Promise<void> {
    this.answer('gap');
    return Promise.resolve();
  }

  async countReception(sessionId: string, tracks: readonly TrackReception[]): Promise<void> {
    this.answer('reception');
    this.receptions.set(sessionId, [...tracks]);
    return Promise.resolve();
  }

  async receptionOf(sessionId: string): Promise<TrackReception[]> {
    return Promise.resolve(this.receptions.get(sessionId) ?? []);
  }

  async setSessionState(sessionId: string, change: SessionStateChange): Promise<void> {
    this.answer(change.directory === undefined ? change.state : `${change.state} in ${change.directory}`);
    const { reason, interruptedAt, endedAt, ...rest } = change;
    this.change(sessionId, {
      ...rest,
      ...(reason === undefined ? {} : { reason: reason ?? undefined }),
      ...(interruptedAt === undefined ? {} : { interruptedAt: interruptedAt ?? undefined }),
      ...(endedAt === undefined ? {} : { endedAt: endedAt ?? undefined }),
    });
    return Promise.resolve();
  }

  async session(sessionId: string): Promise<RecordingSessionView | undefined> {
    return Promise.resolve(this.rows.get(sessionId));
  }

  async directoriesOf(sessionId: string): Promise<string[]> {
    this.throwWhenAway();
    const own = this.segments.filter(({ recordingSessionId }) => recordingSessionId === sessionId);
    return Promise.resolve([...new Set([...own.map(({ directory }) => directory), this.row(sessionId).directory])]);
  }

  async unfinishedSessions(): Promise<RecordingSessionView[]> {
    return Promise.resolve([...this.rows.values()].filter(({ state }) => state !== 'completed' && state !== 'failed'));
  }

  async unpublishedSessions(): Promise<RecordingSessionView[]> {
    const ended = [...this.rows.values()].filter(({ state }) => state === 'completed' || state === 'failed');
    return Promise.resolve(ended.filter(({ id }) => !this.published.has(id)));
  }

  async sessionPublished(sessionId: string): Promise<void> {
    this.throwWhenAway();
    this.published.add(sessionId);
    return Promise.resolve();
  }

  async directoryState(directory: string): Promise<RecordingDirectory> {
    this.throwWhenAway();
    const numbers = this.segments.filter((closed) => closed.directory === directory).map(({ number }) => number);
    return Promise.resolve({
      directory,
      nextSegmentNumber: Math.max(0, ...numbers) + 1,
      nextInitNumber: { video: 1, audio: 1 },
      knownInits: [],
    });
  }

  async directoryOwner(directory: string, exceptStream?: string): Promise<string | undefined> {
    const owner = this.owners.get(directory);
    return Promise.resolve(owner === exceptStream ? undefined : owner);
  }

  row(sessionId: string): RecordingSessionView {
    const row = this.rows.get(sessionId);
    if (row === undefined) throw new RangeError(`There is no session ${sessionId}.`);
    return row;
  }

  /** The only row there is. */
  get onlyRow(): RecordingSessionView {
    const [row, ...others] = this.rows.values();
    if (row === undefined || others.length > 0) throw new RangeError(`There are ${this.rows.size} sessions.`);
    return row;
  }

  private answer(entry: string): void {
    this.throwWhenAway();
    this.log.push(entry);
  }

  private throwWhenAway(): void {
    if (this.isAway) throw new Error('The database is away.');
  }

  private change(sessionId: string, change: Partial<RecordingSessionView>): void {
    this.rows.set(sessionId, { ...this.row(sessionId), ...change });
  }
}
