import type { Clock } from '../../shared/clock.js';
import { systemErrorCode } from '../../shared/errors.js';
import type { AccessUnitFacts, CodecParameters } from '../../media/codecs/codec.js';
import type { MediaMemory } from '../../media/memory.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import type { EngineEvent, RecordedGap, RecordingOrder, RolloverOrder } from '../protocol.js';
import { Acceptance } from './acceptance.js';
import { MemoryShare } from './memory-share.js';
import { NodeRecordingFiles } from './node-recording-files.js';
import { PeriodBudget } from './period-budget.js';
import { Publication } from './publication.js';
import { ReceptionTally } from './reception-tally.js';
import type { RecordingFiles } from './recording-files.js';
import type { RecordingOutput } from './recording-output.js';
import type { RecordedSource, SourceFormat } from './recording-target.js';
import { RecordingRun, type RunOptions } from './recording-run.js';
import { RecordingTime } from './recording-time.js';
import { areSameParameters } from './same-parameters.js';
import { SegmentSequence } from './segment-sequence.js';
import type { SourceStart } from './source-place.js';
import type { TrackRecording } from './track-recording.js';
import { IGNORED_SOURCE, type TrackSource } from './track-source.js';

/** What one recording may hold of its worker's memory: 2 s at 50 Mbit/s, with a write of the same size under way. */
const RECORDING_MEMORY_BYTES = 32 * 1024 * 1024;
/** Layers of one picture come so close to each other. */
const SAME_PICTURE_MS = 100;
const DISK_FULL_CODES: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

export interface RecorderEvents {
  emit(event: EngineEvent): void;
  /** May be called for every picture until a key frame comes. */
  requestKeyframe(): void;
}

/** What recordings of a worker share. */
export interface RecorderEnvironment {
  readonly memory: MediaMemory;
  readonly clock: Clock;
  /** Where objects go; by default the order's folder. */
  readonly files?: RecordingFiles;
}

type FailureCode = Extract<EngineEvent, { type: 'recording-failed' }>['code'];

/**
 * One recording in a worker: access units of the stream's publishers in, segment files and events out.
 *
 * Waits for media that a Period can begin with, hands it to a run, and ends the run when the publisher is silent or
 * gone. All times that come in are of the monotonic clock. Writes nothing that it cannot write whole; what is on disk is
 * told in order.
 */
export class StreamRecorder {
  private readonly clock: Clock;
  private readonly share: MemoryShare;
  private readonly sequence: SegmentSequence;
  private readonly time: RecordingTime;
  private readonly tally: ReceptionTally;
  private readonly periods = new PeriodBudget();
  private readonly acceptance: Acceptance;
  private publication: Publication | undefined;
  private run: RecordingRun | undefined;
  private lastMediaMs = 0;
  private isExhausted = false;
  private hasEnded = false;
  private hasFailed = false;

  constructor(
    private readonly order: RecordingOrder,
    environment: RecorderEnvironment,
    private readonly events: RecorderEvents,
  ) {
    const { fsync } = order;
    const { memory, clock, files = new NodeRecordingFiles(order.rootPath) } = environment;
    this.clock = clock;
    const output: RecordingOutput = {
      files,
      fsync,
      emit: (event) => this.emit(event),
      failed: (error) => this.failWith(error),
    };
    this.share = new MemoryShare(memory, RECORDING_MEMORY_BYTES);
    this.sequence = new SegmentSequence(order, output);
    this.time = new RecordingTime(
      order,
      clock,
      (event) => events.emit(event),
      (gap) => this.gap(gap),
    );
    this.acceptance = new Acceptance(this.time, this.periods);
    this.tally = new ReceptionTally(order.reception);
  }

  /** Memory of the worker that is held at present. */
  get memoryBytes(): number {
    return this.share.usedBytes;
  }

  /** A publisher's tracks start, or start again: a new Period when media comes. */
  attach(tracks: readonly NegotiatedTrack[]): void {
    this.interrupt();
    if (this.hasEnded) return;
    this.publication?.close();
    const { share, tally } = this;
    const { fragmentDurationMs } = this.order;
    this.publication = new Publication(
      tracks,
      { share, tally, fragmentDurationMs },
      {
        accessUnit: (source, facts, arrivalMs) => this.accessUnit(source, facts, arrivalMs),
        damaged: (source) => this.damaged(source),
        reported: (arrivalMs) => this.beginWhereDue(arrivalMs),
        exhausted: () => {
          this.isExhausted = true;
        },
      },
    );
  }

  /** @throws {RangeError} for a track that was not attached */
  open(mid: string, format: SourceFormat): RecordedSource {
    if (this.hasEnded) return IGNORED_SOURCE;
    return this.publication?.open(mid, format) ?? IGNORED_SOURCE;
  }

  /** The publisher is silent or gone: everything is written and closed. The next media opens a new Period. */
  interrupt(): void {
    if (this.hasEnded) return;
    this.takeWaiting();
    this.endRun();
    this.publication?.pause();
    this.checkMemory();
  }

  /** @param order takes the place of one that is not yet carried out */
  rollOver(order: RolloverOrder): void {
    this.sequence.prepareDirectory(order);
    this.time.setBorder(order.atEpochMs);
  }

  /** The session ends at the next key frame. One that was rotated a moment ago is over by then. */
  split(): void {
    this.sequence.rotateFrom(this.time.at(this.clock.monotonicMs()));
    this.events.requestKeyframe();
  }

  /** To be called each 10 to 50 ms. */
  tick(nowMs: number): void {
    if (this.hasEnded) return;
    this.beginWhereDue(nowMs);
    this.run?.tick(nowMs);
    if (this.run !== undefined && nowMs - this.lastMediaMs >= 2 * this.order.segmentDurationMs) this.interrupt();
    if (this.run === undefined && this.time.isPastBorder() && !this.hasWaiting()) this.crossBorder();
    this.checkMemory();
  }

  /** Resolves when everything is written, closed and told, or has failed. Idempotent. */
  async stop(): Promise<void> {
    const endsHere = !this.hasEnded;
    this.interrupt();
    this.hasEnded = true;
    this.publication?.close();
    await this.sequence.settled();
    if (endsHere) this.tellCounted();
  }

  /** What was counted goes before every segment, so that the segment is told of when all of it is known. */
  private emit(event: EngineEvent): void {
    if (event.type === 'segment-closed' || event.type === 'recording-failed') this.tellCounted();
    this.events.emit(event);
  }

  /** Nothing before there was a publisher. */
  private tellCounted(): void {
    const { id: recordingSessionId } = this.sequence.session;
    const tracks = this.tally.read();
    if (tracks.length > 0) this.events.emit({ type: 'reception-counted', recordingSessionId, tracks });
  }

  private accessUnit(source: TrackSource, facts: AccessUnitFacts, arrivalMs: number): void {
    this.isExhausted ||= source.isExhausted;
    if (!this.isExhausted) this.takeOrRefuse(source, facts, arrivalMs);
    this.checkMemory();
  }

  private takeOrRefuse(source: TrackSource, facts: AccessUnitFacts, arrivalMs: number): void {
    const { track, clock, isInUse } = source;
    this.lastMediaMs = arrivalMs;
    const ticks = clock.unwrap(facts.timestamp);
    if (isInUse ? this.goesOn(track, facts, ticks, arrivalMs) : this.changesOver(source, facts, ticks, arrivalMs)) {
      this.take(track, facts, ticks, arrivalMs);
      return;
    }
    source.discardUnit();
    if (isInUse) this.acceptance.refuse(track, ticks, arrivalMs);
    source.countDropped();
    this.events.requestKeyframe();
  }

  private goesOn(track: TrackRecording, facts: AccessUnitFacts, ticks: number, arrivalMs: number): boolean {
    const isJump = this.acceptance.isJump(track, ticks, arrivalMs);
    if (!this.acceptance.follows(track, facts, isJump, arrivalMs)) return false;
    if (isJump) this.jump(track, ticks, arrivalMs);
    track.clock.arrived(ticks, arrivalMs);
    return this.acceptance.accepts(track, facts, arrivalMs);
  }

  /** A track begins, or goes on from another source, with something that can be decoded and the parameters for it. */
  private changesOver(source: TrackSource, facts: AccessUnitFacts, ticks: number, arrivalMs: number): boolean {
    const { track, clock } = source;
    if (clock === track.clock && !track.isPlaced) {
      if (this.acceptance.isJump(track, ticks, arrivalMs)) this.jump(track, ticks, arrivalMs);
      clock.arrived(ticks, arrivalMs);
    }
    const { isKeyframe, parameters } = facts;
    if (!isKeyframe || parameters === undefined) return false;
    if (track.isPlaced && !this.periods.take(arrivalMs)) return false;
    this.changeSource(source, parameters, { clock, ticks, arrivalMs });
    clock.arrived(ticks, arrivalMs);
    return true;
  }

  private changeSource(source: TrackSource, parameters: CodecParameters, start: SourceStart): void {
    const { track } = source;
    const { clock } = track;
    this.settleWaiting(track, start.arrivalMs);
    this.publication?.leave(track);
    if (track.isPlaced) this.run?.changeSource(track, source, parameters, start);
    else track.useSource(source, parameters);
    if (clock !== source.clock) {
      clock.leave();
      source.clock.join();
    }
    this.publication?.use(source);
  }

  /** What waits for a recording to begin is its beginning, but not where it is the same picture in another layer. */
  private settleWaiting(track: TrackRecording, arrivalMs: number): void {
    if (track.isPlaced || !track.hasWaiting) return;
    if (arrivalMs - track.firstArrivalMs < SAME_PICTURE_MS) track.dropWaiting(track.samples.count);
    else this.takeWaiting();
  }

  private take(track: TrackRecording, facts: AccessUnitFacts, ticks: number, arrivalMs: number): void {
    this.noteParameters(track, facts.parameters);
    track.push(ticks, facts, arrivalMs);
    if (track.isPlaced) this.run?.admit(track);
    else this.beginWhereDue(arrivalMs);
  }

  private noteParameters(track: TrackRecording, parameters: CodecParameters | undefined): void {
    if (parameters === undefined || areSameParameters(parameters, track.parameters)) return;
    if (track.hasWaiting && !track.isPlaced) this.takeWaiting();
    if (track.isPlaced) track.nextParameters = parameters;
    else track.parameters = parameters;
  }

  private damaged({ track, isInUse }: TrackSource): void {
    if (!isInUse) return;
    track.loss.noted();
    if (track.kind === 'video') this.events.requestKeyframe();
  }

  private jump(track: TrackRecording, ticks: number, arrivalMs: number): void {
    if (track.hasWaiting && !track.isPlaced) this.takeWaiting();
    if (track.isPlaced) this.run?.jump(track, ticks, track.clock.sinceLastMs(arrivalMs));
    else {
      track.dropWaiting(track.samples.count);
      track.clock.jumpTo(ticks, 0);
    }
  }

  private hasWaiting(): boolean {
    return this.publication?.tracks.some((track) => track.hasWaiting) ?? false;
  }

  /** Begins a run, or lets a track join it, as soon as its place in time is known. */
  private beginWhereDue(nowMs: number): void {
    const { publication, run } = this;
    if (publication === undefined || this.hasEnded) return;
    if (run === undefined) {
      if (publication.mayBegin(nowMs)) this.begin(publication);
      return;
    }
    for (const track of publication.tracks) {
      if (track.isPlaced || !track.hasWaiting) continue;
      if (track.kind === 'video') run.hold();
      else run.reserve(track);
      if (publication.isPlaceKnown(track, nowMs)) this.join(track, run);
    }
  }

  /** What waits is taken as it is: nothing is waited for any longer. */
  private takeWaiting(): void {
    const { publication } = this;
    if (publication === undefined || !this.hasWaiting()) return;
    if (this.run === undefined) this.begin(publication);
    const { run } = this;
    if (run === undefined) return;
    for (const track of publication.tracks) if (!track.isPlaced && track.hasWaiting) this.join(track, run);
  }

  private begin(publication: Publication): void {
    publication.dropEarlyAudio();
    const [leader, ...others] = [publication.video, publication.audio].filter((track) => track?.hasWaiting === true);
    if (leader === undefined) return;
    const tracks: [TrackRecording, ...TrackRecording[]] = [leader, ...others.filter((track) => track !== undefined)];
    const startMs = this.time.begin(Math.min(...tracks.map((track) => track.firstMonotonicMs)));
    if (startMs >= this.sequence.rotationMs) this.rotate(startMs);
    for (const track of tracks) this.time.place(track);
    this.run = new RecordingRun(this.runOptions(publication), tracks, startMs);
  }

  private join(track: TrackRecording, run: RecordingRun): void {
    const beside = this.publication?.tracks.find(({ isPlaced }) => isPlaced);
    this.time.place(track, beside);
    if (track.kind === 'video') run.join(track);
    else this.tally.of(track.kind).framesDropped += run.joinLater(track);
  }

  private runOptions(publication: Publication): RunOptions {
    const { segmentDurationMs, fragmentDurationMs } = this.order;
    return {
      sequence: this.sequence,
      segmentDurationMs,
      fragmentDurationMs,
      expectsVideo: publication.video !== undefined,
      borderMs: () => (this.sequence.hasNextDirectory ? this.time.borderMs : Infinity),
      monotonicMs: () => this.clock.monotonicMs(),
      requestKeyframe: () => this.events.requestKeyframe(),
      startClock: (clock, misplacedMs) => this.time.startClock(clock, misplacedMs),
      gap: (gap) => this.gap(gap),
      rotate: (ms) => this.rotate(ms),
    };
  }

  private endRun(): void {
    const { run, publication } = this;
    if (run === undefined || publication === undefined) return;
    this.run = undefined;
    const placed = publication.tracks.filter((track) => track.isPlaced);
    run.finish();
    for (const track of placed) this.time.ended(track);
  }

  /** @param ms recording time at the next session's time 0 */
  private rotate(ms: number): void {
    this.tellCounted();
    this.tally.restart();
    this.sequence.rotate(ms, this.time.epochMs(ms));
  }

  /** @param gap in recording time; what of it lies before the session is none of it */
  private gap({ startMs, durationMs, ...gap }: RecordedGap): void {
    const { id: recordingSessionId, originMs } = this.sequence.session;
    const fromMs = Math.max(0, startMs - Math.round(originMs));
    const leftMs = startMs + durationMs - Math.round(originMs) - fromMs;
    if (leftMs <= 0) return;
    this.events.emit({
      type: 'gap-recorded',
      recordingSessionId,
      gap: { ...gap, startMs: fromMs, durationMs: leftMs },
    });
  }

  private crossBorder(): void {
    this.time.borderCrossed();
    this.sequence.enterNextDirectory();
  }

  private checkMemory(): void {
    if (this.isExhausted && !this.hasEnded) this.fail('memory-exhausted', 'The recording holds all the memory it may.');
  }

  private failWith(error: unknown): void {
    const code = DISK_FULL_CODES.includes(systemErrorCode(error)) ? 'disk-full' : 'io-error';
    this.fail(code, error instanceof Error ? error.message : String(error));
  }

  /** What is whole on disk is closed and told, then the failure. */
  private fail(code: FailureCode, message: string): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.hasEnded = true;
    this.run?.abandon();
    this.run = undefined;
    this.publication?.close();
    const { id: recordingSessionId } = this.sequence.session;
    this.sequence.tell({ type: 'recording-failed', recordingSessionId, code, message });
  }
}
