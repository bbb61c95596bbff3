import type { MediaKind } from '../../../media/codecs/codec.js';
import type { NegotiatedTrack } from '../../../media/sdp/session.js';
import type { EngineEvent, SessionCloseReason } from '../../../engine/index.js';
import type { PublishAdmission } from '../../signaling/ports/publish-admission.js';
import type { SignalingEvent, SignalingListener } from '../../signaling/ports/signaling-event.js';
import { parseStreamName, type StreamName } from '../../signaling/ports/stream-name.js';
import { ManifestPublisher } from '../manifest-publisher.js';
import { RecorderService, type RecorderSignaling } from '../recorder.service.js';
import type { RecorderSettings } from '../recorder-settings.js';
import { RecordingCalendar } from '../recording-calendar.js';
import { StreamDemand } from '../../signaling/ports/stream-demand.js';
import { StreamPatterns } from '../../../shared/stream-patterns.js';
import { FakeEngine, SEGMENT_BYTES } from './fake-engine.js';
import { MemoryIndex } from './memory-index.js';

export const cam = parseStreamName('cam');

class FakeManifests {
  readonly live = new Set<string>();
  /** `directory dynamic` or `directory static`, as they were written. */
  readonly written: string[] = [];
  refusal: Error | undefined;
  /** The clock that players are told. */
  nowEpochMs: () => number = Date.now;

  setLive(directory: string, isLive: boolean, nowEpochMs: () => number): void {
    this.nowEpochMs = nowEpochMs;
    if (isLive) this.live.add(directory);
    else this.live.delete(directory);
  }

  publish(directory: string): Promise<void> {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    this.written.push(`${directory} ${this.live.has(directory) ? 'dynamic' : 'static'}`);
    return Promise.resolve();
  }
}

class FakeSignaling implements RecorderSignaling {
  readonly recording = new Set<string>();
  readonly sentAway: string[] = [];
  private readonly listeners: SignalingListener[] = [];
  private readonly admissions: PublishAdmission[] = [];

  on(listener: SignalingListener): () => void {
    this.listeners.push(listener);
    return () => undefined;
  }

  admitWith(admission: PublishAdmission): void {
    this.admissions.push(admission);
  }

  setRecording(stream: StreamName, isRecording: boolean): void {
    if (isRecording) this.recording.add(stream);
    else this.recording.delete(stream);
  }

  sendAway(stream: StreamName): Promise<void> {
    this.sentAway.push(stream);
    return Promise.resolve();
  }

  async admit(stream: StreamName): Promise<void> {
    for (const admission of this.admissions) await admission(stream);
  }

  async tell(event: SignalingEvent): Promise<void> {
    for (const listener of this.listeners) await listener(event);
  }
}

/** A recorder among fakes; its clock is that of Jest's fake timers. */
export class RecorderFixture {
  readonly engine = new FakeEngine();
  readonly signaling = new FakeSignaling();
  readonly manifests = new FakeManifests();
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  /** What a dead worker or server left on disk. */
  leftovers: readonly EngineEvent[] = [];
  unreadable: Error | undefined;
  freeBytes = 10_000;
  /** Calls that ask the disk for its free space never come back. */
  isDiskStuck = false;
  diskQuestions = 0;
  /** Keys of files that are gone; all others are there. */
  readonly deleted = new Set<string>();
  readonly recorder: RecorderService;

  readonly demand = new StreamDemand();

  constructor(
    readonly index = new MemoryIndex(),
    settings: Partial<RecorderSettings> = {},
    { patterns = ['*'], timeZone = 'UTC' } = {},
  ) {
    const log = {
      warn: (message: string) => void this.warnings.push(message),
      error: (message: string) => void this.errors.push(message),
    };
    this.recorder = new RecorderService(
      {
        engine: this.engine,
        index,
        sessions: index,
        directories: index,
        manifests: new ManifestPublisher(this.manifests, log),
        storage: {
          localRoot: '/recordings',
          freeBytes: () => this.askDisk(),
          head: (key) =>
            Promise.resolve(
              this.deleted.has(key)
                ? undefined
                : { key, sizeBytes: SEGMENT_BYTES, modifiedAt: new Date(0), checksums: {} },
            ),
        },
        salvage: () =>
          this.unreadable === undefined ? Promise.resolve(this.leftovers) : Promise.reject(this.unreadable),
        calendar: new RecordingCalendar(timeZone),
        settings: { ...defaults, ...settings },
        clock: { epochMs: () => Date.now(), monotonicMs: () => performance.now() },
        log,
      },
      this.signaling,
      new StreamPatterns(patterns),
      this.demand,
    );
  }

  private askDisk(): Promise<number> {
    this.diskQuestions += 1;
    return this.isDiskStuck ? new Promise(() => undefined) : Promise.resolve(this.freeBytes);
  }

  /** Tracks of the publishers that come. */
  tracks: readonly NegotiatedTrack[] = [track('H264', 'video'), track('opus', 'audio')];

  async open(sessionId = 'a', stream = cam): Promise<void> {
    await this.signaling.admit(stream);
    await this.signaling.tell({ type: 'publisher-opened', stream, sessionId, tracks: this.tracks });
  }

  async connect(sessionId = 'a', stream = cam): Promise<void> {
    await this.signaling.tell({ type: 'publisher-state', stream, sessionId, state: 'connected' });
    await this.rest();
  }

  async disconnect(sessionId = 'a', stream = cam): Promise<void> {
    await this.signaling.tell({ type: 'publisher-state', stream, sessionId, state: 'disconnected' });
    await this.rest();
  }

  async close(reason: SessionCloseReason, sessionId = 'a', stream = cam): Promise<void> {
    await this.signaling.tell({ type: 'publisher-closed', stream, sessionId, reason });
    await this.rest();
  }

  async publish(sessionId = 'a', stream = cam): Promise<string> {
    await this.open(sessionId, stream);
    await this.connect(sessionId, stream);
    return this.engine.orders.at(-1)?.recordingSessionId ?? '';
  }

  async tell(event: EngineEvent): Promise<void> {
    this.engine.tell(event);
    await this.rest();
  }

  /** Lets everything happen that waits for nothing but its turn. */
  async rest(): Promise<void> {
    await jest.advanceTimersByTimeAsync(0);
  }
}

const defaults: RecorderSettings = {
  nodeAlias: 'node-1',
  segmentDurationMs: 6000,
  fragmentDurationMs: 1000,
  fsync: 'segment',
  reconnectWindowMs: 60_000,
  maxDurationMs: Infinity,
  onFull: 'refuse',
  minFreeBytes: 1000,
};

export function track(codecName: string, kind: MediaKind): NegotiatedTrack {
  return {
    mid: kind,
    kind,
    formats: [
      {
        codecName,
        payloadType: 96,
        clockRate: kind === 'video' ? 90_000 : 48_000,
        channels: kind === 'video' ? 1 : 2,
        format: '',
        answerFormat: undefined,
        rtxPayloadType: undefined,
      },
    ],
    feedback: { nack: true, pli: kind === 'video', transportCc: false },
    extensions: {
      mid: undefined,
      transportSequenceNumber: undefined,
      absoluteCaptureTime: undefined,
      rid: undefined,
      repairedRid: undefined,
    },
    sources: [],
    rids: [],
  };
}
