import type { CodecParameters } from '../../media/codecs/codec.js';
import type { TrackClock } from '../../media/timeline/track-clock.js';
import type { RecordedGap } from '../protocol.js';
import { decideCut, forcedMs } from './cut-rule.js';
import type { RecordedSegment } from './recorded-segment.js';
import { RunMember } from './run-member.js';
import { areSameParameters } from './same-parameters.js';
import type { SegmentSequence } from './segment-sequence.js';
import { placeSource, type SourceStart } from './source-place.js';
import type { TrackRecording, TrackSourceFormat } from './track-recording.js';

/** A track this far behind the other stands still: the other's fragments and segments do not wait for it. */
const STANDSTILL_MS = 500;
/** As long as packets are waited for, and a bit: what is held up comes by then. */
const HELD_UP_MS = 2_250;

export interface RunOptions {
  readonly sequence: SegmentSequence;
  readonly segmentDurationMs: number;
  readonly fragmentDurationMs: number;
  /** The publisher has a video track, whether it sends or not. */
  readonly expectsVideo: boolean;
  /** Recording time at which the next directory begins, Infinity for never. */
  borderMs(): number;
  /** The next session begins at `ms`. */
  rotate(ms: number): void;
  monotonicMs(): number;
  requestKeyframe(): void;
  /** Sets the clock of a source to recording time by all that is known. */
  startClock(clock: TrackClock, misplacedMs: number): void;
  gap(gap: RecordedGap): void;
}

/**
 * Media from a publisher's start to its interruption: puts samples of all tracks into fragments and segments, and cuts
 * segments at the same times in all tracks.
 *
 * Video leads: it says where segments end. Audio leads where there is no video, and in segments that have none of it.
 */
export class RecordingRun {
  private readonly members: RunMember[] = [];
  private leader: RunMember;
  /** The newest, which the leader is in. */
  private segment: RecordedSegment;
  /** Of the segment in progress. */
  private readonly limits: { startMs: number; readonly segmentDurationMs: number; borderMs: number };
  private isHeld = false;

  /**
   * Starts a Period with the samples that wait.
   *
   * @param tracks all that have samples, placed; the first one leads
   * @param startMs the least recording time of these samples
   */
  constructor(
    private readonly options: RunOptions,
    tracks: readonly [TrackRecording, ...TrackRecording[]],
    private readonly startMs: number,
  ) {
    for (const track of tracks) this.members.push(this.memberFor(track, startMs));
    this.leader = this.memberOf(tracks[0]);
    this.limits = { startMs, segmentDurationMs: options.segmentDurationMs, borderMs: Infinity };
    this.segment = this.nextSegment(this.leader, startMs, true);
    for (const { track } of this.members) track.enter(this.segment);
    this.leader.track.openPart();
    this.admitByTime();
  }

  /** Nothing is written while a track that is to join waits to learn its place. */
  hold(): void {
    this.isHeld = true;
  }

  /** Video, placed, joins a run that began without it, with a new Period. */
  join(track: TrackRecording): void {
    this.isHeld = false;
    const writtenMs = Math.max(...this.members.map((other) => other.track.writtenMs));
    const earlyMs = writtenMs - track.waitingMs;
    if (earlyMs > 0) track.clock.shiftBy(Math.ceil((earlyMs * track.clock.clockRate) / 1000));
    const member = this.memberFor(track, writtenMs);
    this.members.push(member);
    this.leader = member;
    this.cut(member, 0, track.placeNext(), true);
    track.admitNext();
    this.admit(track);
  }

  /** Audio waits to learn its place: the segment in progress, which it may belong to, stays open for it. */
  reserve(track: TrackRecording): RunMember {
    const known = this.findMember(track);
    if (known !== undefined) return known;
    const member = this.memberFor(track, Math.max(this.startMs, this.segment.originMs));
    this.members.push(member);
    this.segment.addTrack();
    track.enter(this.segment);
    return member;
  }

  /**
   * Audio, placed, joins a run that began without it, in the segments of its time. What ends before all else in the run is
   * no part of it; where that is all there is, the track is to be placed again.
   * @returns how many samples are no part of it
   */
  joinLater(track: TrackRecording): number {
    const member = this.reserve(track);
    const dropped = track.dropWaitingBefore(member.floorMs);
    if (!track.hasWaiting) track.unplace();
    this.admit(track);
    member.pass(member === this.leader);
    return dropped;
  }

  /** Admits what waits in a track of the run. */
  admit(track: TrackRecording): void {
    const member = this.memberOf(track);
    while (track.hasWaiting) this.admitNext(member);
  }

  /**
   * RTP time of a track of the run starts anew with the sample to come, which takes its place by the clock. What it holds
   * may refer to what came before: the Period goes on.
   *
   * @param ticks of that sample
   * @param sinceLastMs by the clock, between it and the newest one
   */
  jump(track: TrackRecording, ticks: number, sinceLastMs: number): void {
    track.clock.jumpTo(ticks, track.ticksOf(Math.max(track.endMs, track.newestMs + sinceLastMs)));
  }

  /**
   * The track goes on with a sample of another source, which can be decoded alone: what there is from that time on gives
   * way to it, and the sample before lasts until then. Pictures and other parameters begin a Period.
   */
  changeSource(
    track: TrackRecording,
    source: TrackSourceFormat,
    parameters: CodecParameters,
    start: SourceStart,
  ): void {
    const member = this.memberOf(track);
    const pending = member.lastCut;
    const floorMs = Math.max(track.writtenMs, this.limits.startMs, pending?.ms ?? 0);
    const { endMs } = track;
    const atTicks = placeSource(track, start, floorMs, (clock, misplacedMs) =>
      this.options.startClock(clock, misplacedMs),
    );
    const atMs = track.msOf(atTicks);
    if (track.misses(atMs)) member.tellGap(endMs, atMs, 'loss');
    track.dropFrom(atTicks);
    const isContinuous = track.kind === 'audio' && areSameParameters(parameters, track.parameters);
    if (!isContinuous) track.finishSegment(track.admitted, atTicks);
    track.useSource(source, parameters);
    if (isContinuous) return;
    if (pending?.startsPeriod === true) member.enter(this.segment, 0, 0);
    else this.cut(member, 0, atMs, true);
  }

  /** To be called some times per second. */
  tick(nowMs: number): void {
    for (const member of this.members) member.passSilently(nowMs, member === this.leader);
  }

  /** Writes and closes everything. */
  finish(): void {
    const endMs = Math.max(...this.members.map(({ track }) => track.endMs));
    for (const member of this.members) member.finish(endMs);
    this.members.length = 0;
  }

  /** Closes everything; what is not on its way to disk is given up. */
  abandon(): void {
    for (const { track } of this.members) track.clear();
    this.finish();
  }

  private admitByTime(): void {
    for (;;) {
      let next: RunMember | undefined;
      for (const member of this.members) {
        if (member.track.waitingMs < (next?.track.waitingMs ?? Infinity)) next = member;
      }
      if (next === undefined) return;
      this.admitNext(next);
    }
  }

  private admitNext(member: RunMember): void {
    const { track } = member;
    const ms = track.placeNext();
    member.noteLoss(ms);
    if (member.hasHoleBefore(ms)) while (track.concealNext()) this.admitPlaced(member);
    this.admitPlaced(member);
  }

  private admitPlaced(member: RunMember): void {
    const { track } = member;
    const ms = track.placedMs;
    if (track.nextParameters !== undefined) this.cut(member, track.admitted, ms, true);
    else if (member === this.leader) this.cutWhereDue(member, ms);
    else if (track.kind === 'video') this.takeLead(member, ms);
    track.admitNext();
    member.pass(member === this.leader);
    if (member !== this.leader) this.cutPastStandstill(track);
    this.flush(track);
  }

  private cutWhereDue(leader: RunMember, ms: number): void {
    const { track } = leader;
    this.limits.borderMs = this.nextBorderMs();
    const decision = decideCut(this.limits, ms, track.isNextSync && track.isCleanBeforeNext());
    if (decision === 'ask-for-keyframe') this.options.requestKeyframe();
    if (decision === 'cut') this.cut(leader, track.admitted, ms, false);
    if (decision === 'cut-by-time') this.cutByTime(leader);
  }

  /** Ends the segment with the last picture that ends in time; a single one that does not must be long. */
  private cutByTime(leader: RunMember): void {
    const { track } = leader;
    const limitTicks = track.ticksOf(forcedMs(this.limits));
    const fitting = track.findCut(track.admitted + 1, limitTicks);
    const isTooLong = fitting === 0 || track.leastFrom(fitting) > limitTicks;
    const hasOtherMedia = track.msOf(track.leastFrom(0)) > this.limits.startMs;
    const count = isTooLong && hasOtherMedia ? 0 : fitting;
    if (count > 0 || hasOtherMedia) this.cut(leader, count, track.msOf(track.leastFrom(count)), false);
  }

  /** Video comes into a segment without any: the segment ends here, unless nothing is in it yet. */
  private takeLead(member: RunMember, ms: number): void {
    const before = this.leader;
    this.leader = member;
    if (before.track.hasSegmentMediaBefore(ms)) this.cut(member, 0, ms, false);
  }

  /** Video stands still and would keep the segment open for ever: its last picture lasts to the end of the segment. */
  private cutPastStandstill(other: TrackRecording): void {
    const { leader, limits } = this;
    limits.borderMs = this.nextBorderMs();
    const atMs = forcedMs(limits);
    if (other.newestMs < atMs + standstillMs(leader.track) || leader.track.newestMs >= atMs) return;
    const successor = this.memberOf(other);
    this.leader = successor;
    this.segment = this.nextSegment(successor, atMs, false);
    leader.enter(this.segment, leader.track.admitted, leader.track.ticksOf(atMs));
    this.announce(atMs, false, leader);
  }

  /**
   * Ends the segment in all tracks.
   *
   * @param count of the initiator's admitted samples that still belong to it
   * @param ms where its next sample is, and the next segment starts
   */
  private cut(initiator: RunMember, count: number, ms: number, startsPeriod: boolean): void {
    this.segment = this.nextSegment(initiator, ms, startsPeriod);
    initiator.enter(this.segment, count, initiator.track.leastFrom(count));
    initiator.track.openPart();
    this.announce(ms, startsPeriod, initiator);
  }

  private announce(ms: number, startsPeriod: boolean, initiator: RunMember): void {
    const { segment } = this;
    this.limits.startMs = ms;
    const madeMs = this.options.monotonicMs();
    for (const member of this.members) {
      if (member !== initiator) member.approach({ ms, segment, startsPeriod, madeMs }, member === this.leader);
    }
  }

  private nextSegment(claimer: RunMember, ms: number, startsPeriod: boolean): RecordedSegment {
    const { sequence } = this.options;
    const crossesBorder = ms >= this.options.borderMs();
    const isOver = ms >= sequence.rotationMs;
    if (isOver) this.rotate(ms);
    if (crossesBorder) sequence.enterNextDirectory();
    if (isOver || crossesBorder || startsPeriod) sequence.startPeriod();
    return sequence.next(claimer.track.kind, this.members.length);
  }

  private rotate(ms: number): void {
    for (const member of this.members) member.tellLossUpTo(ms);
    this.options.rotate(ms);
  }

  /** Recording time from which on the segment ends at the next key frame: of the directory or of the session. */
  private nextBorderMs(): number {
    return Math.min(this.options.borderMs(), this.options.sequence.rotationMs);
  }

  private flush(track: TrackRecording): void {
    if (this.isHeld) return;
    if (track.kind === 'video' || !this.options.expectsVideo) {
      if (track.flushFull()) this.flushOthers(track);
    } else this.flushPastStandstill(track);
  }

  /** Audio goes to disk together with the pictures it belongs to. */
  private flushOthers(track: TrackRecording): void {
    for (const other of this.members) if (other.track !== track) other.track.flushBefore(track.writtenMs, 0);
  }

  /** Audio that video does not take along goes by itself, but not so far that video could still come before it. */
  private flushPastStandstill(track: TrackRecording): void {
    let videoMs = -Infinity;
    let standstill = STANDSTILL_MS;
    for (const { track: other } of this.members) {
      if (other.kind !== 'video') continue;
      videoMs = other.newestMs;
      standstill = standstillMs(other);
    }
    const safeMs = track.newestMs - standstill;
    if (safeMs > videoMs) track.flushBefore(safeMs, this.options.fragmentDurationMs / 2);
  }

  private memberFor(track: TrackRecording, floorMs: number): RunMember {
    return new RunMember(track, floorMs, (gap) => this.options.gap(gap));
  }

  private memberOf(track: TrackRecording): RunMember {
    const member = this.findMember(track);
    if (member === undefined) throw new RangeError('Not a track of this run.');
    return member;
  }

  private findMember(track: TrackRecording): RunMember | undefined {
    for (const member of this.members) if (member.track === track) return member;
    return undefined;
  }
}

/** @returns how far behind the others a track may be before they go on without it */
function standstillMs(track: TrackRecording): number {
  return track.isHeldUp ? HELD_UP_MS : STANDSTILL_MS;
}
