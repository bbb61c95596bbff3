import type { SessionCloseReason } from '../../engine/index.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import { AppError } from '../../shared/errors.js';
import { inTime, TimeLimitError } from '../../shared/in-time.js';
import { KeyedQueue } from '../../shared/keyed-queue.js';
import type { RecordingSessionReason, RecordingSessionView, RecordingTrigger } from '../index/index.service.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import { StreamNotFoundError } from '../signaling/signaling.errors.js';
import { CommitQueue } from './commit-queue.js';
import { LiveRecording, type Ending, type Rotated } from './live-recording.js';
import {
  BaseDirTakenError,
  RecordingUnavailableError,
  StorageFullError,
  StreamNotRecordingError,
  UnsupportedCodecError,
} from './recorder.errors.js';
import { unrecordedOf } from './recordable-media.js';
import type { RecordingContext } from './recording-context.js';

/** How long a start waits for the rows of the session before. */
const SETTLE_LIMIT_MS = 10_000;

/** A recording that somebody asked for, and that goes on until it is ended. */
export interface AskedRecording {
  readonly baseDir: string | undefined;
}

/** What a stream's recording tells the recorder. */
export interface RecordedStreamHost {
  /** Before the engine is asked: its events may come at once. */
  prepared(recording: LiveRecording): void;
  /** Its publisher is connected, or was before this server started. */
  began(recording: LiveRecording): void;
  /** Another one has taken over from it, and nothing more of it comes. */
  retired(recording: LiveRecording): void;
  /** The engine has closed its files. */
  ended(recording: LiveRecording, reason: Ending['reason']): void;
  /** It was never begun. */
  failed(recording: LiveRecording): void;
  /** What somebody wants recorded whenever it is there; undefined where nobody does. */
  askedFor(stream: StreamName): AskedRecording | undefined;
  hasRoom(): Promise<boolean>;
  /** @throws {BaseDirTakenError} */
  checkBaseDir(stream: StreamName, baseDir: string): Promise<void>;
}

/**
 * What is recorded of one stream, and why: the rules between its publishers and its recordings (docs/architecture.md, life
 * of a publisher and its recording). What happens to it is done in turn; other streams are never waited for.
 */
export class RecordedStream {
  private recording: LiveRecording | undefined;
  /** Sessions that reached their limit and are not told to their end. */
  private readonly retired = new Set<LiveRecording>();
  private publisher: 'none' | 'expected' | 'connected' | 'away' = 'none';
  /** Of the publisher that came last. */
  private tracks: readonly NegotiatedTrack[] = [];
  /** Somebody stopped the recording, or it failed: nothing starts by itself before the next publish. */
  private isHeldBack = false;
  private readonly commits: CommitQueue;
  private readonly turns = new KeyedQueue();
  private waitingTurns = 0;

  /** @param isAuto whether it is recorded as soon as it is live */
  constructor(
    readonly name: StreamName,
    private readonly isAuto: boolean,
    private readonly context: RecordingContext,
    private readonly host: RecordedStreamHost,
  ) {
    this.commits = new CommitQueue(context.log);
  }

  get isRecording(): boolean {
    return this.recording?.hasBegun === true;
  }

  get current(): LiveRecording | undefined {
    return this.recording;
  }

  /** Nothing is left to be done or remembered. */
  get isIdle(): boolean {
    const isAlone = this.recording === undefined && this.publisher === 'none';
    return isAlone && this.waitingTurns === 0 && this.commits.isSettled;
  }

  /** @returns when a recording is ready for the publisher's media @throws {RecordingUnavailableError} */
  publisherOpened(tracks: readonly NegotiatedTrack[]): Promise<void> {
    return this.inTurn(async () => {
      this.publisher = 'expected';
      this.tracks = tracks;
      if (this.isAuto && tracks.length > 0 && !this.hasRecordable) this.tellUnsupported();
      this.isHeldBack = false;
      if (this.recording === undefined) await this.beginByItself();
      else await this.continueWith(this.recording);
    });
  }

  publisherConnected(): Promise<void> {
    return this.inTurn(async () => {
      this.publisher = 'connected';
      if (!this.hasRecordable) await this.end({ state: 'completed', reason: 'unsupported-codec' });
      else if (this.recording === undefined) await this.beginByItself();
      else this.connect(this.recording);
    });
  }

  publisherDisconnected(): Promise<void> {
    return this.inTurn(() => {
      this.publisher = 'away';
      this.recording?.publisherLost();
    });
  }

  publisherClosed(reason: SessionCloseReason): Promise<void> {
    return this.inTurn(async () => {
      if (reason === 'replaced') return;
      this.publisher = 'none';
      if (reason === 'requested') await this.end({ state: 'completed', reason: 'publisher-left' });
      else if (this.recording?.state === 'waiting') await this.end({ state: 'completed', reason: 'publisher-lost' });
      else this.recording?.publisherLost();
    });
  }

  workerLost(): Promise<void> {
    return this.inTurn(() => {
      for (const before of this.retired) {
        before.saveLeftovers();
        this.completed(before);
      }
      this.recording?.workerLost();
    });
  }

  /** Its limit is reached, and the engine records on. Follows out of turn: events of the next one come at once. */
  rotated(before: LiveRecording, event: Rotated): void {
    const next = this.newRecording({
      ...before.facts,
      id: event.nextSessionId,
      startedAt: new Date(event.anchorEpochMs),
    });
    next.succeed(before, event);
    this.host.prepared(next);
    if (this.recording !== before) return;
    this.recording = next;
    this.retired.add(before);
  }

  /** Everything of a session that reached its limit is told. */
  completed(before: LiveRecording): void {
    if (!this.retired.delete(before)) return;
    before.complete();
    this.host.retired(before);
  }

  recordingFailed(reason: (Ending & { state: 'failed' })['reason']): Promise<void> {
    return this.inTurn(async () => {
      this.isHeldBack = true;
      await this.end({ state: 'failed', reason });
    });
  }

  /**
   * @returns the recording that runs, or a new one
   * @throws {StreamNotFoundError} @throws {UnsupportedCodecError} @throws {BaseDirTakenError} @throws {StorageFullError}
   * @throws {RecordingUnavailableError}
   */
  start(baseDir: string | undefined): Promise<LiveRecording> {
    return this.inTurn(async () => {
      const running = this.recording;
      if (running !== undefined && (baseDir === undefined || running.facts.baseDir === baseDir)) return running;
      if (this.publisher === 'none') throw new StreamNotFoundError(this.name);
      if (!this.hasRecordable) throw new UnsupportedCodecError(this.name, this.codecNames);
      if (baseDir !== undefined) await this.host.checkBaseDir(this.name, baseDir);
      if (!(await this.host.hasRoom())) throw new StorageFullError();
      await this.end({ state: 'completed', reason: 'base-dir-changed' });
      return this.begin('api', baseDir);
    });
  }

  /**
   * Has the session end at the next key frame, where another one goes on.
   *
   * @returns the session that ends, and the one that goes on; undefined when no key frame came within `limitMs`: it still may
   * @throws {StreamNotRecordingError} when no publisher is being recorded
   * @throws {RecordingUnavailableError}
   */
  async split(limitMs: number): Promise<{ readonly ending: LiveRecording; readonly next: LiveRecording | undefined }> {
    const ending = await this.inTurn(async () => {
      const running = this.recording;
      if (running?.state !== 'recording') throw new StreamNotRecordingError(this.name);
      try {
        await running.split();
      } catch (error) {
        throw new RecordingUnavailableError({ cause: error });
      }
      return running;
    });
    const next = await inTime(ending.takenOver, limitMs).catch((error: unknown) => {
      if (error instanceof TimeLimitError) return undefined;
      throw error;
    });
    return { ending, next };
  }

  /** Ends what runs. Nothing starts by itself before the next publish. */
  stop(reason: RecordingSessionReason): Promise<void> {
    return this.inTurn(async () => {
      this.isHeldBack = true;
      await this.end({ state: 'completed', reason });
    });
  }

  /** @returns false when rows are still waiting for the database after `limitMs` */
  settle(limitMs: number): Promise<boolean> {
    return this.commits.settle(limitMs);
  }

  /** Waits on for the publisher of a session that a stopped server left behind. */
  adopt(session: RecordingSessionView, remainingMs: number): void {
    const { id, trigger, baseDir, startedAt } = session;
    const recording = this.newRecording({ id, stream: this.name, trigger, baseDir, startedAt });
    recording.adopt(session, remainingMs);
    this.recording = recording;
    this.host.prepared(recording);
    this.host.began(recording);
  }

  private get hasRecordable(): boolean {
    return unrecordedOf(this.tracks).length < this.tracks.length;
  }

  private get codecNames(): string {
    return this.tracks.map(({ formats }) => formats[0].codecName).join(', ');
  }

  private tellUnsupported(): void {
    this.context.log.warn(`${this.name} is not recorded: ${this.codecNames} (unsupported-codec).`);
  }

  private async beginByItself(): Promise<void> {
    const asked = this.host.askedFor(this.name);
    if ((!this.isAuto && asked === undefined) || this.isHeldBack || !this.hasRecordable) return;
    try {
      if (!(await this.host.hasRoom())) return;
      if (asked?.baseDir !== undefined) await this.host.checkBaseDir(this.name, asked.baseDir);
      await this.begin(asked === undefined ? 'auto' : 'api', asked?.baseDir);
    } catch (error) {
      const isUnavailable = error instanceof RecordingUnavailableError;
      const isLiveAnyway = isUnavailable && this.context.settings.onFull === 'live_only';
      if (!isLiveAnyway && !(error instanceof BaseDirTakenError)) throw error;
      this.context.log.warn(`${this.name} is not being recorded.`, error);
    }
  }

  private async begin(trigger: RecordingTrigger, baseDir: string | undefined): Promise<LiveRecording> {
    const facts = LiveRecording.newFacts(this.name, trigger, baseDir, this.context.clock.epochMs());
    const recording = this.newRecording(facts);
    this.host.prepared(recording);
    try {
      await this.launch(recording);
    } catch (error) {
      this.host.failed(recording);
      throw error;
    }
    this.recording = recording;
    if (this.publisher === 'connected') this.connect(recording);
    return recording;
  }

  private connect(recording: LiveRecording): void {
    recording.publisherConnected(unrecordedOf(this.tracks));
    this.host.began(recording);
  }

  private async continueWith(recording: LiveRecording): Promise<void> {
    recording.publisherExpected();
    if (!recording.isInEngine) await this.launch(recording);
  }

  private async launch(recording: LiveRecording): Promise<void> {
    if (!(await this.commits.settle(SETTLE_LIMIT_MS))) throw new RecordingUnavailableError();
    try {
      await recording.start();
    } catch (error) {
      throw error instanceof AppError ? error : new RecordingUnavailableError({ cause: error });
    }
  }

  private async end(ending: Ending): Promise<void> {
    const recording = this.recording;
    if (recording === undefined) return;
    this.recording = undefined;
    await recording.end(ending);
    this.host.ended(recording, ending.reason);
  }

  private newRecording(facts: LiveRecording['facts']): LiveRecording {
    const recording = new LiveRecording(facts, this.context, this.commits, () => void this.windowOver(recording));
    return recording;
  }

  private windowOver(recording: LiveRecording): Promise<void> {
    return this.inTurn(async () => {
      const isStillAway = this.recording === recording && recording.state === 'interrupted';
      if (isStillAway) await this.end({ state: 'completed', reason: 'publisher-lost' });
    });
  }

  private async inTurn<T>(task: () => T | Promise<T>): Promise<T> {
    this.waitingTurns += 1;
    try {
      return await this.turns.run(this.name, task);
    } finally {
      this.waitingTurns -= 1;
    }
  }
}
