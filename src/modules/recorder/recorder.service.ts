import type { EngineEvent } from '../../engine/index.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import { inTime, TimeLimitError } from '../../shared/in-time.js';
import type { StreamPatterns } from '../../shared/stream-patterns.js';
import { manifestPath } from '../index/index.service.js';
import type { SignalingService } from '../signaling/signaling.service.js';
import type { SignalingEvent } from '../signaling/ports/signaling-event.js';
import type { StreamDemand } from '../signaling/ports/stream-demand.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import { StreamNotFoundError } from '../signaling/signaling.errors.js';
import { FreeSpace } from '../storage/ports/free-space.js';
import { parseBaseDir } from './base-dir.js';
import type { Ending, LiveRecording } from './live-recording.js';
import { RecordedStream, type AskedRecording, type RecordedStreamHost } from './recorded-stream.js';
import {
  BaseDirTakenError,
  RecordingUnavailableError,
  StorageFullError,
  StreamNotRecordingError,
} from './recorder.errors.js';
import type { RecordingContext } from './recording-context.js';
import { RecordingRecovery } from './recording-recovery.js';
import { UnusableVideo } from './unusable-video.js';

/** A request waits so long for rows and manifests; they follow in any case. */
const STOP_LIMIT_MS = 5_000;
/** A publisher waits so long for its recording: for what was there before to end, for rows, for the disk. */
const OPEN_LIMIT_MS = 15_000;
/** Rows that are not in the database by then are made from the files at the next start. */
const SHUTDOWN_LIMIT_MS = 10_000;

/** What the recorder asks of signaling. */
export type RecorderSignaling = Pick<SignalingService, 'on' | 'admitWith' | 'setRecording' | 'sendAway'>;

/** Longer than key frames of any usual sender are apart: one is asked for at once. */
const SPLIT_LIMIT_MS = 10_000;

export interface StartedRecording {
  readonly sessionId: string;
  readonly stream: StreamName;
  readonly startedAt: Date;
  /** Object key prefix without a slash at its end. */
  readonly directory: string;
  readonly mpdPath: string;
}

export interface SplitRecording {
  readonly stream: StreamName;
  readonly endedSessionId: string;
  /** The one that goes on; undefined when no key frame has come yet. */
  readonly sessionId: string | undefined;
}

/** What is being recorded and why. */
export class RecorderService {
  private readonly recordedStreams = new Map<string, RecordedStream>();
  private readonly recordings = new Map<string, LiveRecording>();
  /** Of streams that are being recorded, or shall be when they are brought again. */
  private readonly asked = new Map<StreamName, AskedRecording>();
  private readonly host: RecordedStreamHost;
  private readonly freeSpace: FreeSpace;
  private readonly unusableVideo: UnusableVideo;
  private isStopping = false;

  constructor(
    private readonly context: RecordingContext,
    private readonly signaling: RecorderSignaling,
    private readonly patterns: StreamPatterns,
    private readonly demand: Pick<StreamDemand, 'during' | 'setRecorded' | 'isBrought'>,
  ) {
    this.freeSpace = new FreeSpace(context.storage);
    this.unusableVideo = new UnusableVideo(context.clock, context.log);
    this.host = {
      prepared: (recording) => void this.recordings.set(recording.facts.id, recording),
      began: (recording) => signaling.setRecording(recording.facts.stream, true),
      retired: (recording) => void this.recordings.delete(recording.facts.id),
      ended: (recording, reason) => {
        this.ended(recording, reason);
      },
      failed: (recording) => {
        this.forget(recording);
      },
      askedFor: (stream) => (demand.isBrought(stream) ? this.asked.get(stream) : undefined),
      hasRoom: () => this.hasRoom(),
      checkBaseDir: (stream, baseDir) => this.checkBaseDir(stream, baseDir),
    };
    signaling.admitWith((stream) => this.admit(stream));
    signaling.on((event) => this.follow(event));
    context.engine.on((event) => {
      this.hear(event);
    });
  }

  /**
   * Records a live stream, into `baseDir` or into its directory of the day; what runs there already is returned. A stream
   * that is fetched on demand is there for as long as the recording goes on.
   *
   * @throws {BaseDirInvalidError} @throws {BaseDirTakenError} @throws {StreamNotFoundError} @throws {UnsupportedCodecError}
   * @throws {StorageFullError}
   */
  async start(stream: StreamName, baseDir?: string): Promise<StartedRecording> {
    const checkedDir = baseDir === undefined ? undefined : parseBaseDir(baseDir);
    const recording = await this.demand.during(stream, async () => {
      const recorded = this.recordedStreams.get(stream);
      if (recorded === undefined) throw new StreamNotFoundError(stream);
      const running = await recorded.start(checkedDir);
      this.want(stream, running.facts);
      return running;
    });
    const { directory } = recording;
    return {
      sessionId: recording.facts.id,
      stream,
      startedAt: recording.facts.startedAt,
      directory,
      mpdPath: manifestPath(directory),
    };
  }

  /**
   * Ends the session of a stream's recording at the next key frame and goes on in another one.
   *
   * @throws {StreamNotRecordingError} @throws {RecordingUnavailableError}
   */
  async split(stream: StreamName): Promise<SplitRecording> {
    const recorded = this.recordedStreams.get(stream);
    if (recorded === undefined) throw new StreamNotRecordingError(stream);
    const { ending, next } = await recorded.split(SPLIT_LIMIT_MS);
    if (next !== undefined) await recorded.settle(STOP_LIMIT_MS);
    return { stream, endedSessionId: ending.facts.id, sessionId: next?.facts.id };
  }

  /** Ends a stream's recording, if there is one, and begins none when the stream is brought again. */
  async stop(stream: StreamName): Promise<void> {
    this.wantNoMore(stream);
    const recorded = this.recordedStreams.get(stream);
    if (recorded === undefined) return;
    await recorded.stop('requested');
    await recorded.settle(STOP_LIMIT_MS);
  }

  /** Number of streams that {@link isRecording} is true of. */
  get recordingCount(): number {
    return [...this.recordedStreams.values()].filter(({ isRecording }) => isRecording).length;
  }

  /** True also while a recording waits for a publisher that was lost, not yet for one that was never connected. */
  isRecording(stream: StreamName): boolean {
    return this.recordedStreams.get(stream)?.isRecording === true;
  }

  /** Before the first request: finishes or takes up again what a stopped server left behind, and wants what was asked for. */
  async onApplicationBootstrap(): Promise<void> {
    const recovery = new RecordingRecovery(this.context);
    for (const { session, remainingMs } of await recovery.run()) {
      const stream = session.stream as StreamName;
      this.recordedStream(stream).adopt(session, remainingMs);
      if (session.trigger === 'api') this.want(stream, session);
    }
  }

  /** Ends everything, with its rows. Publishers leave as soon as nothing of theirs is recorded: uploads may take longer. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.all(
      [...this.recordedStreams.values()].map(async (recorded) => {
        await recorded.stop('node-stopped');
        await this.signaling.sendAway(recorded.name);
        await recorded.settle(SHUTDOWN_LIMIT_MS);
      }),
    );
  }

  private async admit(stream: StreamName): Promise<void> {
    if (this.isRecording(stream) || !this.patterns.matches(stream)) return;
    if (this.context.settings.onFull === 'refuse' && !(await this.hasRoom())) throw new StorageFullError();
  }

  private async hasRoom(): Promise<boolean> {
    if (this.isStopping) throw new RecordingUnavailableError();
    try {
      return (await this.freeSpace.bytes()) >= this.context.settings.minFreeBytes;
    } catch (error) {
      throw new RecordingUnavailableError({ cause: error });
    }
  }

  private async checkBaseDir(stream: StreamName, baseDir: string): Promise<void> {
    const isInUse = [...this.recordings.values()].some(
      ({ directory, facts }) => directory === baseDir && facts.stream !== stream,
    );
    const [tree] = baseDir.split('/');
    const isTreeOfAnother = tree !== undefined && tree !== stream && this.recordedStreams.has(tree);
    if (isInUse || isTreeOfAnother) throw new BaseDirTakenError(baseDir);
    if ((await this.ownerOf(baseDir, stream)) !== undefined) throw new BaseDirTakenError(baseDir);
  }

  private async ownerOf(baseDir: string, exceptStream: StreamName): Promise<string | undefined> {
    try {
      return await this.context.directories.directoryOwner(baseDir, exceptStream);
    } catch (error) {
      throw new RecordingUnavailableError({ cause: error });
    }
  }

  /** A stream that we have brought is recorded again when it comes back: who asked for that has not ended it. */
  private ended(recording: LiveRecording, reason: Ending['reason']): void {
    const { stream } = recording.facts;
    this.forget(recording);
    if (reason !== 'publisher-lost' || !this.demand.isBrought(stream)) this.wantNoMore(stream);
  }

  private forget(recording: LiveRecording): void {
    for (let one: LiveRecording | undefined = recording; one !== undefined; one = one.successor) {
      this.recordings.delete(one.facts.id);
    }
    this.signaling.setRecording(recording.facts.stream, false);
  }

  private want(stream: StreamName, { baseDir }: AskedRecording): void {
    this.asked.set(stream, { baseDir });
    this.demand.setRecorded(stream, true);
  }

  private wantNoMore(stream: StreamName): void {
    this.asked.delete(stream);
    this.demand.setRecorded(stream, false);
  }

  private follow(event: SignalingEvent): Promise<void> | undefined {
    switch (event.type) {
      case 'publisher-opened':
        return this.opened(event.stream, event.tracks);
      case 'publisher-state':
        if (event.state === 'connected') return this.recordedStreams.get(event.stream)?.publisherConnected();
        if (event.state === 'disconnected') return this.recordedStreams.get(event.stream)?.publisherDisconnected();
        return undefined;
      case 'statistics':
        this.unusableVideo.hear(event.stream, event.tracks);
        return undefined;
      case 'publisher-closed':
        this.unusableVideo.forget(event.stream);
        return this.recordedStreams.get(event.stream)?.publisherClosed(event.reason);
      case 'stream-deleted':
        this.wantNoMore(event.stream);
        return this.recordedStreams.get(event.stream)?.stop('stream-deleted');
      default:
        return undefined;
    }
  }

  private async opened(stream: StreamName, tracks: readonly NegotiatedTrack[]): Promise<void> {
    try {
      await inTime(this.recordedStream(stream).publisherOpened(tracks), OPEN_LIMIT_MS);
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
      if (this.context.settings.onFull === 'refuse') throw new RecordingUnavailableError({ cause: error });
      this.context.log.warn(`${stream} goes live before its recording can begin.`, error);
    }
  }

  private hear(event: EngineEvent): void {
    if (event.type === 'worker-lost') {
      for (const stream of event.streamIds) this.attend(this.recordedStreams.get(stream)?.workerLost());
      return;
    }
    const recording = this.recordings.get(recordingOf(event) ?? '');
    if (recording === undefined) return;
    const recorded = this.recordedStreams.get(recording.facts.stream);
    if (event.type === 'recording-rotated') recorded?.rotated(recording, event);
    else if (event.type === 'recording-completed') recorded?.completed(recording);
    else if (event.type !== 'recording-failed') recording.hear(event);
    else {
      this.context.log.error(`The recording of ${recording.facts.stream} failed: ${event.message}`);
      this.attend(recorded?.recordingFailed(event.code));
    }
  }

  private attend(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => {
      this.context.log.error('A recording could not follow the engine.', error);
    });
  }

  /** Streams that nothing happens to any more are forgotten when the next one comes. */
  private recordedStream(stream: StreamName): RecordedStream {
    const known = this.recordedStreams.get(stream);
    if (known !== undefined) return known;
    for (const [name, recorded] of this.recordedStreams) if (recorded.isIdle) this.recordedStreams.delete(name);
    const recorded = new RecordedStream(stream, this.patterns.matches(stream), this.context, this.host);
    this.recordedStreams.set(stream, recorded);
    return recorded;
  }
}

function recordingOf(event: EngineEvent): string | undefined {
  if (event.type === 'segment-closed') return event.segment.recordingSessionId;
  return 'recordingSessionId' in event ? event.recordingSessionId : undefined;
}
