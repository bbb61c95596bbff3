import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EngineEvent, RecordingDirectory } from '../../engine/index.js';
import { systemErrorCode } from '../../shared/errors.js';
import { inTime } from '../../shared/in-time.js';
import type {
  RecordingSessionReason,
  RecordingSessionView,
  RecordingTrigger,
  UnrecordedTrack,
} from '../index/index.service.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import { AnchoredClock } from './anchored-clock.js';
import type { CommitQueue } from './commit-queue.js';
import { DayBorder } from './day-border.js';
import { ReconnectWindow } from './reconnect-window.js';
import type { RecordingContext } from './recording-context.js';
import { SessionCommits } from './session-commits.js';

/** The files of a full day are counted in a second or two. */
const COUNT_LIMIT_MS = 8_000;

/** What a recording session is, from its start to its end. */
export interface RecordingFacts {
  readonly id: string;
  readonly stream: StreamName;
  readonly trigger: RecordingTrigger;
  readonly baseDir: string | undefined;
  readonly startedAt: Date;
}

/** The engine records under another session from now on. */
export type Rotated = Extract<EngineEvent, { type: 'recording-rotated' }>;

export type Ending =
  | { readonly state: 'completed'; readonly reason: RecordingSessionReason }
  | { readonly state: 'failed'; readonly reason: 'disk-full' | 'io-error' | 'memory-exhausted' };

/**
 * One recording session that runs: `waiting → recording ⇄ interrupted → ended`. At its limit another one takes over.
 *
 * It has a row from the moment its publisher is connected, so that a publisher who never connects leaves nothing behind.
 */
export class LiveRecording {
  private currentState: 'waiting' | 'recording' | 'interrupted' | 'ended' = 'waiting';
  private currentDirectory: string;
  private hasRow = false;
  /** Ends with this one. */
  private next: LiveRecording | undefined;
  private inEngine = false;
  /** Why another one takes over, when one does. */
  private limit: 'max-duration' | 'split' = 'max-duration';
  /** The latest instant whose day has named the directory: a clock that is set back brings no day back. */
  private enteredMs: number;
  /** As above, of the directory that waits in the engine; 0 for none. */
  private preparedMs = 0;
  private tellTakenOver: (next: LiveRecording) => void = () => undefined;
  /** Resolves when another one has taken over: the engine records into that. */
  readonly takenOver = new Promise<LiveRecording>((resolve) => {
    this.tellTakenOver = resolve;
  });
  private readonly anchored: AnchoredClock;
  private unrecorded: readonly UnrecordedTrack[] = [];
  private readonly window: ReconnectWindow;
  private readonly border: DayBorder;
  private readonly commits: SessionCommits;

  /**
   * @param commits of the stream, so that one session's rows come after those of the session before it
   * @param windowOver called when the publisher did not come back in time
   */
  constructor(
    readonly facts: RecordingFacts,
    private readonly context: RecordingContext,
    commits: CommitQueue,
    windowOver: () => void,
  ) {
    this.anchored = new AnchoredClock(context.clock);
    this.enteredMs = context.clock.epochMs();
    this.currentDirectory = this.directoryAt(this.enteredMs);
    this.window = new ReconnectWindow(windowOver);
    this.commits = new SessionCommits(facts.id, context, commits, () => this.anchored.epochMs());
    this.border = new DayBorder(
      context.clock,
      (borderEpochMs) => this.prepareNextDay(borderEpochMs),
      (error) => this.context.log.warn(`The next day of ${facts.stream} could not be prepared yet.`, error),
    );
  }

  static newFacts(
    stream: StreamName,
    trigger: RecordingTrigger,
    baseDir: string | undefined,
    nowMs: number,
  ): RecordingFacts {
    return { id: randomUUID(), stream, trigger, baseDir, startedAt: new Date(nowMs) };
  }

  get state(): 'waiting' | 'recording' | 'interrupted' | 'ended' {
    return this.currentState;
  }

  /** Its publisher has been connected: before that no recording session exists. */
  get hasBegun(): boolean {
    return this.currentState !== 'waiting';
  }

  get directory(): string {
    return this.currentDirectory;
  }

  /** The one that took over while this one was being stopped. */
  get successor(): LiveRecording | undefined {
    return this.next;
  }

  /** False before the start, and after its worker was lost or the server restarted. */
  get isInEngine(): boolean {
    return this.inEngine;
  }

  /**
   * Has the engine record into the directory of now, after what is there, and after what this session has already.
   * The stream's commits must be settled: the next numbers come from rows.
   */
  async start(): Promise<void> {
    const { engine, sessions, directories, settings, storage, clock } = this.context;
    const earlier = this.hasRow ? await sessions.session(this.facts.id) : undefined;
    const enteredMs = Math.max(clock.epochMs(), this.enteredMs);
    const directory = this.directoryAt(enteredMs);
    const numbers = await inTime(directories.directoryState(directory), COUNT_LIMIT_MS);
    await engine.startRecording({
      ...numbers,
      recordingSessionId: this.facts.id,
      streamId: this.facts.stream,
      rootPath: storage.localRoot,
      nextPeriod: earlier?.nextPeriod ?? 0,
      anchorEpochMs: earlier?.anchorEpochMs === undefined ? undefined : earlier.anchorEpochMs + this.anchored.steppedMs,
      endMs: earlier?.endMs ?? 0,
      reception: this.hasRow ? await sessions.receptionOf(this.facts.id) : [],
      segmentDurationMs: settings.segmentDurationMs,
      fragmentDurationMs: settings.fragmentDurationMs,
      fsync: settings.fsync,
      maxDurationMs: settings.maxDurationMs,
    });
    this.inEngine = true;
    this.enteredMs = enteredMs;
    this.preparedMs = 0;
    if (directory !== this.currentDirectory) this.move(directory);
    this.watchBorder();
  }

  /** Takes over where a stopped server left this session: the publisher may be back within `remainingMs`. */
  adopt(session: RecordingSessionView, remainingMs: number): void {
    this.hasRow = true;
    this.currentDirectory = session.directory;
    this.currentState = 'interrupted';
    this.unrecorded = session.unrecorded;
    this.window.open(remainingMs);
  }

  /** A new publisher has come for the stream and is not connected yet. */
  publisherExpected(): void {
    this.window.hold();
  }

  /** @param unrecorded tracks that it sends and that the recording goes without */
  publisherConnected(unrecorded: readonly UnrecordedTrack[]): void {
    if (this.currentState === 'ended') return;
    this.window.close();
    this.currentState = 'recording';
    this.goWithout(unrecorded);
    if (this.hasRow) this.commits.setState({ state: 'recording', interruptedAt: null, unrecorded: this.unrecorded });
    else this.openRow();
    this.commits.goLive(this.currentDirectory);
    this.commits.publishAll();
  }

  /** Not heard for 3 s, or gone without a word. */
  publisherLost(): void {
    if (this.currentState === 'interrupted') this.window.release();
    if (this.currentState !== 'recording') return;
    this.currentState = 'interrupted';
    this.commits.setState({ state: 'interrupted', interruptedAt: new Date(this.context.clock.epochMs()) });
    this.commits.publishAll();
    this.window.open(this.context.settings.reconnectWindowMs);
  }

  /** The worker that wrote the files is gone: what it left open is saved before the session can go on. */
  workerLost(): void {
    if (!this.inEngine) return;
    this.inEngine = false;
    this.border.close();
    this.publisherLost();
    if (this.hasRow) this.saveLeftovers();
  }

  /** The engine ends it at the next key frame, where another one goes on. */
  async split(): Promise<void> {
    this.limit = 'split';
    await this.context.engine.splitRecording(this.facts.id);
  }

  /** It has reached its limit. What the engine still has of it follows. */
  private retire(): void {
    if (!this.hasRow) this.openRow();
    this.currentState = 'ended';
    this.inEngine = false;
    this.window.close();
    this.border.close();
    this.commits.setState({ state: 'finalizing', reason: this.limit });
  }

  /** Takes over from a session that has reached its limit: the engine records into this one already. */
  succeed(before: LiveRecording, { directory, anchorEpochMs }: Rotated): void {
    const wasInterrupted = before.currentState === 'interrupted';
    this.currentState = before.currentState === 'waiting' ? 'waiting' : 'recording';
    this.currentDirectory = directory;
    this.unrecorded = before.unrecorded;
    this.enteredMs = before.enteredMs;
    this.preparedMs = before.preparedMs;
    this.anchored.anchor();
    this.inEngine = true;
    if (before.currentState === 'ended') before.next = this;
    else before.retire();
    this.openRow();
    this.commits.succeed(before.commits, directory, anchorEpochMs);
    this.watchBorder();
    if (wasInterrupted) this.publisherLost();
    before.tellTakenOver(this);
  }

  /** Of a session that another one took over from: nothing more of it comes. */
  complete(): void {
    const endedAt = new Date(this.context.clock.epochMs());
    this.commits.setState({ state: 'completed', reason: this.limit, endedAt });
    this.commits.publishEnding();
  }

  /** What a dead worker left open of it is committed. */
  saveLeftovers(): void {
    this.commits.saveLeftovers();
  }

  /** @returns when the engine has closed the files; rows and manifests follow in the stream's commits */
  async end(ending: Ending): Promise<void> {
    if (this.currentState === 'ended') return;
    this.currentState = 'ended';
    this.window.close();
    this.border.close();
    if (this.hasRow) this.commits.setState({ state: 'finalizing', reason: ending.reason });
    if (this.inEngine) await this.stopInEngine();
    if (this.hasRow) this.commitEnding(ending);
    await this.next?.end(ending);
  }

  /** An event of this session, in the order of the engine. */
  hear(event: EngineEvent): void {
    if (!this.hasRow) this.openRow();
    if (event.type === 'recording-anchored') this.anchored.anchor();
    if (event.type === 'recording-rolled-over') this.enterPreparedDay(event.directory);
    else this.commits.follow(event);
  }

  private openRow(): void {
    const { nodeAlias } = this.context.settings;
    this.hasRow = true;
    this.commits.open({ ...this.facts, nodeAlias, directory: this.currentDirectory });
    this.commits.setState({ state: 'recording', unrecorded: this.unrecorded });
  }

  /** What one publisher sent stays told when the next one sends something else. */
  private goWithout(unrecorded: readonly UnrecordedTrack[]): void {
    const added = unrecorded.filter((track) => !this.unrecorded.some((known) => isDeepStrictEqual(known, track)));
    this.unrecorded = [...this.unrecorded, ...added];
    for (const { kind, codecName, reason } of added) {
      this.context.log.warn(
        `The recording of ${this.facts.stream} goes without its ${kind}: ${codecName} (${reason}).`,
      );
    }
  }

  private commitEnding({ state, reason }: Ending): void {
    const endedAt = new Date(this.context.clock.epochMs());
    this.commits.end({ state, reason, endedAt }, this.currentDirectory);
  }

  private enterPreparedDay(directory: string): void {
    this.enteredMs = Math.max(this.enteredMs, this.preparedMs);
    this.move(directory);
    this.watchBorder();
  }

  private move(directory: string): void {
    const left = this.currentDirectory;
    this.currentDirectory = directory;
    if (this.hasRow) this.commits.move(this.rowState, left, directory);
  }

  private async stopInEngine(): Promise<void> {
    this.inEngine = false;
    try {
      await this.context.engine.stopRecording(this.facts.id);
    } catch (error) {
      if (systemErrorCode(error) !== 'unknown-recording') {
        this.context.log.error(`The recording of ${this.facts.stream} could not be stopped in order.`, error);
      }
    }
  }

  private get rowState(): 'recording' | 'interrupted' | 'finalizing' {
    if (this.currentState === 'ended') return 'finalizing';
    return this.currentState === 'interrupted' ? 'interrupted' : 'recording';
  }

  private directoryAt(epochMs: number): string {
    return this.facts.baseDir ?? this.context.calendar.directoryOf(this.facts.stream, epochMs);
  }

  private watchBorder(): void {
    if (this.facts.baseDir !== undefined || this.currentState === 'ended') return;
    this.border.watch(this.context.calendar.nextBorder(Math.max(this.enteredMs, this.preparedMs)));
  }

  /** Where the clock was set over more than one border, the day that it shows is gone on in. */
  private async prepareNextDay(atEpochMs: number): Promise<void> {
    const { directories, engine, clock } = this.context;
    const dayMs = Math.max(atEpochMs, clock.epochMs());
    const numbers: RecordingDirectory = await directories.directoryState(this.directoryAt(dayMs));
    await engine.rollOver({ ...numbers, recordingSessionId: this.facts.id, atEpochMs });
    this.preparedMs = dayMs;
  }
}
