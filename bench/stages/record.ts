import type * as RtcpSchedulerModule from '../../src/engine/session/rtcp-scheduler.ts';
import type * as MediaReceiverModule from '../../src/engine/session/media-receiver.ts';
import type * as StreamRecorderModule from '../../src/engine/recording/stream-recorder.ts';
import type * as KernelSpaceModule from '../../src/engine/srtp/kernel-space.ts';
import type * as KernelCryptoModule from '../../src/engine/srtp/kernel-srtp-crypto.ts';
import type * as TimerWheelModule from '../../src/engine/timer-wheel.ts';
import type * as DemultiplexerModule from '../../src/engine/udp/demultiplexer.ts';
import type * as MediaBlockModule from '../../src/engine/udp/media-block.ts';
import type * as SlotPoolModule from '../../src/engine/udp/slot-pool.ts';
import type { NegotiatedFormat, NegotiatedTrack } from '../../src/media/sdp/session.ts';
import type { SrtpProfile } from '../../src/media/srtp/profile.ts';
import type * as ProfileModule from '../../src/media/srtp/profile.ts';
import type * as SenderModule from '../../src/media/srtp/sender.ts';
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { importBuilt } from '../index-rows/import-built.ts';
import type { Stage } from './stage.ts';

const STREAMS = 60;
/** Of media in one round. */
const ROUND_MS = 100;
const DRAIN_MS = 10;
const PICTURE_MS = 100 / 3;
const SOUND_MS = 20;
const KEY_MS = 2000;
const PACKETS_PER_PICTURE = 9;
const SLICE_BYTES = 1130;
const SOUND_BYTES = 160;
/** Every stream has sent a key frame by then, and segments have been closed. */
const UNDER_WAY_MS = 10_000;
const FIRST_PORT = 20_000;
const MEMORY_MIB = 384;
const KERNELS = new URL('../../dist/media/kernels/srtp.wasm', import.meta.url);
/** STAP-A (RFC 6184 section 5.7.1) of a sequence and a picture parameter set. */
const PARAMETER_SETS = Buffer.from('7800196742c01eda0290bf88930110000003001000000303c0f162ea000468ce3c80', 'hex');

const { createMediaBlock } = await importBuilt<typeof MediaBlockModule>('engine/udp/media-block.js');
const { SlotPool } = await importBuilt<typeof SlotPoolModule>('engine/udp/slot-pool.js');
const { Demultiplexer } = await importBuilt<typeof DemultiplexerModule>('engine/udp/demultiplexer.js');
const { TimerWheel } = await importBuilt<typeof TimerWheelModule>('engine/timer-wheel.js');
const { createKernelSpace } = await importBuilt<typeof KernelSpaceModule>('engine/srtp/kernel-space.js');
const { createKernelCrypto } = await importBuilt<typeof KernelCryptoModule>('engine/srtp/kernel-srtp-crypto.js');
const { MediaReceiver } = await importBuilt<typeof MediaReceiverModule>('engine/session/media-receiver.js');
const { RtcpScheduler } = await importBuilt<typeof RtcpSchedulerModule>('engine/session/rtcp-scheduler.js');
const { StreamRecorder } = await importBuilt<typeof StreamRecorderModule>('engine/recording/stream-recorder.js');
const { srtpProfileNames, srtpProfiles } = await importBuilt<typeof ProfileModule>('media/srtp/profile.js');
const { SrtpSender } = await importBuilt<typeof SenderModule>('media/srtp/sender.js');

/** Everything that a worker does with packets but the calls of sockets and files, hashes included, with as many streams as usual. */
export function recording(): Stage[] {
  return srtpProfileNames.map((profile) => new Worker(profile).stage);
}

const NO_FILE = {
  write: (): Promise<void> => Promise.resolve(),
  truncate: (): Promise<void> => Promise.resolve(),
  sync: (): Promise<void> => Promise.resolve(),
  close: (): Promise<void> => Promise.resolve(),
};

/** A disk that takes everything at once and keeps nothing. */
const NO_FILES = {
  create: () => Promise.resolve(NO_FILE),
  open: () => Promise.reject(new Error('Nothing is kept.')),
  times: () => Promise.reject(new Error('Nothing is kept.')),
  exists: () => Promise.resolve(false),
  rename: () => Promise.resolve(),
  list: () => Promise.resolve([]),
  syncDirectory: () => Promise.resolve(),
};

class Worker {
  readonly stage: Stage;
  readonly clock = { nowMs: 1_000, monotonicMs: () => this.clock.nowMs, epochMs: () => 1.8e12 + this.clock.nowMs };
  readonly memory;
  readonly slots;
  readonly srtp;
  readonly wheel;
  readonly demultiplexer;
  segments = 0;
  private readonly streams: Stream[];

  readonly profile: SrtpProfile;

  constructor(profile: SrtpProfile) {
    this.profile = profile;
    const { memory, wasm } = createMediaBlock(MEMORY_MIB);
    this.memory = memory;
    this.slots = new SlotPool(memory);
    this.srtp = createKernelCrypto(createKernelSpace(memory, wasm, readFileSync(KERNELS)));
    this.wheel = new TimerWheel(this.clock.nowMs);
    this.demultiplexer = new Demultiplexer(memory, this.clock);
    this.streams = Array.from({ length: STREAMS }, (_, number) => new Stream(number, this));
    const packets = (STREAMS * ROUND_MS * PACKETS_PER_PICTURE) / PICTURE_MS + (STREAMS * ROUND_MS) / SOUND_MS;
    this.stage = {
      ...{ name: `all of it for ${STREAMS} streams but sockets and files, ${profile}`, packets },
      prepare: () => {
        this.seal();
      },
      run: () => this.run(),
      close: () => {
        if (this.clock.nowMs > UNDER_WAY_MS && this.segments === 0) throw new Error('Nothing was recorded.');
      },
    };
  }

  /** The first round goes on until all streams are in the middle of a segment. */
  private async run(): Promise<void> {
    await this.play();
    while (this.clock.nowMs < UNDER_WAY_MS) {
      this.seal();
      await this.play();
    }
  }

  private seal(): void {
    for (const stream of this.streams) stream.seal(this.clock.nowMs + ROUND_MS);
  }

  private async play(): Promise<void> {
    for (let left = ROUND_MS; left > 0; left -= DRAIN_MS) {
      this.clock.nowMs += DRAIN_MS;
      for (const stream of this.streams) stream.drain(this.clock.nowMs);
      this.demultiplexer.drained();
      this.wheel.advance(this.clock.nowMs);
      await turn();
    }
  }
}

/** A publisher and the recording of it. */
class Stream {
  private readonly worker: Worker;
  private readonly remote;
  private readonly sender;
  private readonly sealed: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  private readonly video = { nextMs: 0, sequence: 0, pictures: 0 };
  private readonly audio = { nextMs: 0, sequence: 0 };

  constructor(number: number, worker: Worker) {
    this.worker = worker;
    const { memory, slots, srtp, wheel, clock, profile } = worker;
    const { keyLength, saltLength } = srtpProfiles[profile];
    const key = new Uint8Array(keyLength).fill(number);
    const salt = new Uint8Array(saltLength).fill(number);
    this.remote = { address: '192.0.2.1', port: FIRST_PORT + number, family: 'IPv4' as const };
    this.sender = new SrtpSender(profile, key, salt, srtp);
    this.video.nextMs = clock.nowMs + (number * KEY_MS) / STREAMS;
    this.audio.nextMs = clock.nowMs + (number * SOUND_MS) / STREAMS;
    const keys = { profile, localKey: key, localSalt: salt, remoteKey: key, remoteSalt: salt };
    const media = new MediaReceiver(keys, TRACKS, { memory, slots, srtp });
    const recorder = new StreamRecorder(
      orderOf(number),
      { memory, clock, files: NO_FILES },
      {
        emit: (event) => {
          if (event.type === 'recording-failed') throw new Error(event.message);
          if (event.type === 'segment-closed') worker.segments += 1;
        },
        requestKeyframe: () => undefined,
      },
    );
    worker.demultiplexer.expectFrom(this.remote, 0, {
      lastHeardMs: -Infinity,
      stun: () => true,
      dtlsDatagram: () => undefined,
      mediaDatagram: (slot, length, nowMs) => media.receive(slot, length, nowMs),
      mediaDrained: () => {
        media.drained();
      },
    });
    recorder.attach(TRACKS);
    media.recordInto(recorder);
    wheel.every(20, (nowMs) => {
      recorder.tick(nowMs);
    });
    new RtcpScheduler({
      ...{ wheel, media, mostBitsPerSecond: undefined, ssrc: 7, canonicalName: 'bench' },
      ...{ roundTripMs: () => undefined, send: () => undefined },
      failed: (error) => {
        throw error;
      },
    });
  }

  /** What is sent until then. */
  seal(untilMs: number): void {
    for (; this.video.nextMs < untilMs; this.video.nextMs += PICTURE_MS) this.sealPicture();
    for (; this.audio.nextMs < untilMs; this.audio.nextMs += SOUND_MS)
      this.protect(111, 9, this.audio.sequence++, this.audio.nextMs, 48, true, new Uint8Array(SOUND_BYTES).fill(0x78));
    this.sealed.sort((one, other) => one.atMs - other.atMs);
  }

  drain(nowMs: number): void {
    const { demultiplexer, memory, slots } = this.worker;
    let taken = 0;
    for (const { atMs, bytes } of this.sealed) {
      if (atMs >= nowMs) break;
      taken += 1;
      const slot = slots.take();
      memory.bytes.set(bytes, slot);
      const isKept = demultiplexer.datagram(slot, bytes.length, this.remote.address, this.remote.port, 0);
      if (!isKept) slots.release(slot);
    }
    this.sealed.splice(0, taken);
  }

  private sealPicture(): void {
    const { video } = this;
    const isKey = video.pictures++ % Math.round(KEY_MS / PICTURE_MS) === 0;
    for (let packet = 0; packet < PACKETS_PER_PICTURE; packet++) {
      const isSets = isKey && packet === 0;
      const isStart = packet === (isKey ? 1 : 0);
      const isEnd = packet === PACKETS_PER_PICTURE - 1;
      const slice = new Uint8Array(SLICE_BYTES).fill(packet);
      slice.set([0x7c, (isStart ? 0x80 : 0) | (isEnd ? 0x40 : 0) | (isKey ? 5 : 1), isKey ? 0x88 : 0x9a]);
      this.protect(96, 8, video.sequence++, video.nextMs, 90, isEnd, isSets ? PARAMETER_SETS : slice);
    }
  }

  private protect(
    payloadType: number,
    ssrc: number,
    sequence: number,
    atMs: number,
    ticksPerMs: number,
    marker: boolean,
    payload: Uint8Array,
  ): void {
    const bytes = new Uint8Array(payload.length + 12 + 16);
    const view = new DataView(bytes.buffer);
    bytes[0] = 0x80;
    bytes[1] = payloadType | (marker ? 0x80 : 0);
    view.setUint16(2, sequence & 0xffff);
    view.setUint32(4, Math.round(atMs * ticksPerMs));
    view.setUint32(8, ssrc);
    bytes.set(payload, 12);
    const length = this.sender.protect(bytes, 0, payload.length + 12);
    this.sealed.push({ atMs, bytes: bytes.subarray(0, length) });
  }
}

function formatOf(codecName: string, payloadType: number, clockRate: number): NegotiatedFormat {
  return {
    ...{ codecName, payloadType, clockRate, channels: codecName === 'opus' ? 2 : 1 },
    ...{ format: '', answerFormat: undefined, rtxPayloadType: undefined },
  };
}

function trackOf(kind: 'video' | 'audio', ssrc: number, format: NegotiatedFormat): NegotiatedTrack {
  const none = undefined;
  return {
    ...{ mid: kind, kind, formats: [format], rids: [] },
    feedback: { nack: true, pli: true, transportCc: false },
    extensions: { mid: none, transportSequenceNumber: none, absoluteCaptureTime: none, rid: none, repairedRid: none },
    sources: [{ ssrc }],
  };
}

const TRACKS = [trackOf('video', 8, formatOf('H264', 96, 90_000)), trackOf('audio', 9, formatOf('opus', 111, 48_000))];

function orderOf(number: number): ConstructorParameters<typeof StreamRecorder>[0] {
  return {
    ...{ recordingSessionId: `session-${number}`, streamId: `cam-${number}`, rootPath: '/nowhere', nextPeriod: 1 },
    ...{ anchorEpochMs: undefined, endMs: 0, reception: [], segmentDurationMs: 6000, fragmentDurationMs: 1000 },
    ...{ fsync: 'segment', maxDurationMs: Infinity, directory: `cam-${number}/2026/11/20`, nextSegmentNumber: 1 },
    ...{ nextInitNumber: { video: 1, audio: 1 }, knownInits: [] },
  };
}
