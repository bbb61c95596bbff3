// Everything that crosses between the main thread and an engine worker: plain objects, commands in, events out.
import type { MediaKind } from '../media/codecs/codec.js';
import type {
  DtlsFingerprint,
  DtlsSetup,
  IceCandidate,
  IceCredentials,
  LocalTransport,
  NegotiatedData,
  NegotiatedTrack,
  SentTrack,
} from '../media/sdp/session.js';
import type { DataChannelsEnd } from './data-channels/data-channels.js';
import type { HandedConnection } from './tcp/handed-connection.js';
import type { MappedAddresses } from './udp/address-mapping.js';

export type { LocalTransport } from '../media/sdp/session.js';

/** Of one peer connection; `SessionLife` has the transitions. */
export type SessionState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'closed';

/** Why a session was closed. */
export type SessionCloseReason =
  | 'requested'
  | 'replaced'
  | 'connect-timeout'
  | 'consent-lost'
  | 'peer-closed'
  | 'dtls-failed'
  | 'bitrate-exceeded'
  | 'worker-lost'
  | 'shutdown'
  /** A mistake of ours. */
  | 'failed';

/** What a worker must know of a peer to connect with it. */
export interface PeerOrder {
  readonly streamId: string;
  readonly sessionId: string;
  readonly remoteIce: IceCredentials;
  readonly remoteFingerprints: readonly DtlsFingerprint[];
  /** The peer's role: `active` makes us passive, everything else makes us active or passive as RFC 8842 says. */
  readonly remoteSetup: DtlsSetup;
  /** Where we control: the peer answered an offer of ours, or is a lite agent. Undefined for a full one that offered. */
  readonly controlled?: ControlledPeer;
  /** Without any there are data channels only. */
  readonly tracks: readonly (NegotiatedTrack | SentTrack)[];
  /** The peer offers data channels; absent where it does not. */
  readonly data?: NegotiatedData;
}

/** A peer that we check, and to which we nominate (RFC 8445 section 6.1.1). */
export interface ControlledPeer {
  readonly candidates: readonly IceCandidate[];
  /** What `prepare-offer` gave for an offer of ours; undefined when the offer was the peer's. */
  readonly localIce: IceCredentials | undefined;
}

/** What a worker must know to answer an offer and receive its media. */
export interface PublisherOrder extends PeerOrder {
  readonly tracks: readonly NegotiatedTrack[];
  /** The publisher is told each second that the way carries no more; absent: nothing. */
  readonly mostBitsPerSecond?: number | undefined;
}

/** What a worker must know to answer a viewer's offer and send it the stream's media. */
export interface SubscriberOrder extends PeerOrder {
  readonly tracks: readonly SentTrack[];
  /** Of all sources in it, as the answer says. */
  readonly canonicalName: string;
}

export type FsyncPolicy = 'fragment' | 'segment' | 'off';

/** An init object that already lies in the directory and may be pointed at again when the bytes are the same. */
export interface KnownInit {
  readonly trackId: string;
  readonly kind: MediaKind;
  readonly objectKey: string;
  readonly sha256: string;
}

/** Where a recording session's media goes from now on. */
export interface RecordingDirectory {
  /** Key prefix without slashes at either end: `cam/2026/11/20`. */
  readonly directory: string;
  readonly nextSegmentNumber: number;
  readonly nextInitNumber: { readonly video: number; readonly audio: number };
  readonly knownInits: readonly KnownInit[];
}

/** What a worker must know to record a stream, from its beginning or where an earlier worker or server left off. */
export interface RecordingOrder extends RecordingDirectory {
  readonly recordingSessionId: string;
  readonly streamId: string;
  /** Absolute path of the folder that object keys are relative to. */
  readonly rootPath: string;
  readonly nextPeriod: number;
  /** Wall clock of session time 0; undefined for a session without media yet: its first sample sets it. */
  readonly anchorEpochMs: number | undefined;
  /** Session time that is already taken: the next Period starts there or later. */
  readonly endMs: number;
  /** What was counted of the session before. */
  readonly reception: readonly TrackReception[];
  readonly segmentDurationMs: number;
  readonly fragmentDurationMs: number;
  readonly fsync: FsyncPolicy;
  /** Session time from which on the next session begins at the first key frame; Infinity for never. */
  readonly maxDurationMs: number;
}

/** At `atEpochMs` the recording cuts and goes on in another directory (day border). */
export interface RolloverOrder extends RecordingDirectory {
  readonly recordingSessionId: string;
  readonly atEpochMs: number;
}

export type EngineCommand =
  | { readonly type: 'open-publisher'; readonly order: PublisherOrder }
  | { readonly type: 'open-subscriber'; readonly order: SubscriberOrder }
  | {
      /** Sends media of one kind to a viewer, or no longer. */
      readonly type: 'enable-subscriber';
      readonly sessionId: string;
      readonly kind: MediaKind;
      readonly isEnabled: boolean;
    }
  /** Sends a viewer this simulcast layer, or up to this layer of one stream (SVC); undefined for the one that fits best. */
  | { readonly type: 'select-layer'; readonly sessionId: string; readonly rid: string | undefined }
  /** Gives our side of a session that we shall offer; nothing is kept of it. */
  | { readonly type: 'prepare-offer' }
  | { readonly type: 'restart-ice'; readonly sessionId: string; readonly remoteIce: IceCredentials }
  | { readonly type: 'close-session'; readonly sessionId: string; readonly reason: SessionCloseReason }
  | { readonly type: 'start-recording'; readonly order: RecordingOrder }
  | { readonly type: 'stop-recording'; readonly recordingSessionId: string }
  | { readonly type: 'roll-over'; readonly order: RolloverOrder }
  /** The session reaches its limit now. */
  | { readonly type: 'split-recording'; readonly recordingSessionId: string }
  | { readonly type: 'describe-reachability' }
  /** What came to a stream's `channel`, for its viewers. */
  | { readonly type: 'tell-viewers'; readonly streamId: string; readonly bytes: Uint8Array }
  /** Answered by `connection-released`, sooner or later, whatever else happens. */
  | { readonly type: 'take-connection'; readonly connection: HandedConnection }
  | { readonly type: 'shut-down' };

/** Addresses that have proved, by an authentic check, that they reach a worker. */
export interface ProvenArrivals {
  readonly addresses: number;
  /** Undefined before the first. */
  readonly lastEpochMs: number | undefined;
}

/** How publishers reach one worker. */
export interface WorkerReachability {
  readonly worker: number;
  /** What answers name, best first. */
  readonly candidates: readonly IceCandidate[];
  readonly udp: { readonly port: number; readonly arrivals: ProvenArrivals };
  /** Undefined without ICE over TCP. */
  readonly tcp: { readonly port: number; readonly arrivals: ProvenArrivals } | undefined;
  /** What STUN servers see of this worker's UDP port; undefined when none is asked. */
  readonly stun: MappedAddresses | undefined;
}

/** What a command was answered with, where its answer is more than that it was carried out. */
export type CommandResult = LocalTransport | WorkerReachability | undefined;

/** What the worker answers to a command that was sent with `requestId`. */
export type EngineReply =
  | { readonly type: 'reply'; readonly requestId: number; readonly value: CommandResult }
  | {
      readonly type: 'failure';
      readonly requestId: number;
      readonly code: EngineFailureCode;
      readonly message: string;
    };

export type EngineFailureCode = 'unknown-session' | 'unknown-recording' | 'memory-exhausted' | 'internal';

/** One track's parameters and where its init object lies. Sent when the object is on disk, before any segment of it. */
export interface RecordedTrack {
  readonly trackId: string;
  readonly kind: MediaKind;
  readonly codecName: string;
  readonly codecString: string;
  readonly timescale: number;
  readonly directory: string;
  readonly initObjectKey: string;
  readonly initSizeBytes: number;
  readonly initSha256: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly sampleRate: number | undefined;
  readonly channels: number | undefined;
}

/** One track's part of a segment number: a file that was closed and, by policy, synced. */
export interface RecordedObject {
  readonly trackId: string;
  readonly kind: MediaKind;
  readonly objectKey: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Decode time of the first sample and length, in the track's timescale, from session time 0. */
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly timescale: number;
  /** Those that were received: what conceals a loss is none. */
  readonly samples: number;
  /** True when it starts with a sync sample. */
  readonly independent: boolean;
}

export interface SegmentClosed {
  readonly recordingSessionId: string;
  readonly directory: string;
  readonly number: number;
  /** Counts the Periods of the session from 0. */
  readonly period: number;
  readonly objects: readonly RecordedObject[];
}

/** What came of one kind of media over a whole recording session. What was recorded of it, its segments say. */
export interface TrackReception {
  readonly kind: MediaKind;
  /** Each packet once, repaired ones among them. */
  readonly packetsReceived: number;
  /** Came because they were asked for again. */
  readonly packetsRepaired: number;
  /** Never came. */
  readonly packetsLost: number;
  /** Access units of which something came: incomplete, damaged, or not decodable before the next key frame. */
  readonly framesDropped: number;
}

/** Media that never arrived or could not be used. */
export interface RecordedGap {
  readonly kind: MediaKind;
  /** Session time. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly cause: 'loss' | 'publisher-away';
}

export interface TrackStatistics {
  readonly mid: string;
  readonly kind: MediaKind;
  readonly codecName: string;
  readonly codecString: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly framesPerSecond: number;
  readonly bitrateBps: number;
  readonly bytesReceived: number;
  readonly packetsReceived: number;
  /** Lost for good. */
  readonly packetsLost: number;
  /** Came by retransmission. */
  readonly packetsRepaired: number;
  readonly jitterMs: number;
  /** Names of the layers of one stream (SVC) that viewers can be sent, best first; absent where there are none, and while nobody watches. */
  readonly layers?: readonly string[];
  /** Since its first packet in this session; undefined before that. */
  readonly firstPacketAgoMs?: number | undefined;
}

/** What one viewer was sent. */
export interface SubscriberStatistics {
  readonly sessionId: string;
  /** RTP packets and their bytes before encryption, those sent again among them. */
  readonly bytesSent: number;
  readonly packetsSent: number;
  readonly bitrateBps: number;
}

export type EngineEvent =
  | {
      readonly type: 'session-state';
      readonly streamId: string;
      readonly sessionId: string;
      readonly state: SessionState;
      readonly reason: SessionCloseReason | undefined;
    }
  /** A session has no data channels any more, for what it or its peer did; its media goes on. */
  | {
      readonly type: 'data-channels-ended';
      readonly streamId: string;
      readonly sessionId: string;
      readonly reason: DataChannelsEnd;
    }
  /** What a viewer said, in a stream that has a `channel`. */
  | { readonly type: 'viewer-said'; readonly streamId: string; readonly bytes: Uint8Array }
  | { readonly type: 'stream-statistics'; readonly streamId: string; readonly tracks: readonly TrackStatistics[] }
  | {
      readonly type: 'subscriber-statistics';
      readonly streamId: string;
      readonly sessions: readonly SubscriberStatistics[];
    }
  | { readonly type: 'recording-anchored'; readonly recordingSessionId: string; readonly anchorEpochMs: number }
  | { readonly type: 'track-recorded'; readonly recordingSessionId: string; readonly track: RecordedTrack }
  | { readonly type: 'segment-closed'; readonly segment: SegmentClosed }
  | {
      /** With every closed segment, and at the end; each time all that was counted. */
      readonly type: 'reception-counted';
      readonly recordingSessionId: string;
      readonly tracks: readonly TrackReception[];
    }
  | { readonly type: 'gap-recorded'; readonly recordingSessionId: string; readonly gap: RecordedGap }
  | { readonly type: 'recording-rolled-over'; readonly recordingSessionId: string; readonly directory: string }
  /** A session has reached its limit, or was split: from a cut on the media belongs to another one. What is on its way of the first follows. */
  | {
      readonly type: 'recording-rotated';
      readonly recordingSessionId: string;
      readonly nextSessionId: string;
      readonly directory: string;
      /** Wall clock of the next session's time 0. */
      readonly anchorEpochMs: number;
    }
  /** Everything of a session that was rotated is on disk and told. */
  | { readonly type: 'recording-completed'; readonly recordingSessionId: string }
  | {
      readonly type: 'recording-failed';
      readonly recordingSessionId: string;
      readonly code: 'disk-full' | 'io-error' | 'memory-exhausted';
      readonly message: string;
    }
  | {
      readonly type: 'worker-load';
      readonly worker: number;
      readonly cpuPercent: number;
      readonly sessions: number;
      readonly packetsReceived: number;
      readonly packetsDropped: number;
      readonly packetsSent: number;
      readonly memoryUsedBytes: number;
      /** The longest of the last second. */
      readonly loopLagMs: number;
      /** Datagrams that the kernel dropped from the worker's UDP sockets since it started; 0 where it does not say. */
      readonly receiveDrops: number;
      /** Of the last five seconds those in which it was late or dropped: see `StrainMeter`. */
      readonly strainedSeconds: number;
    }
  /** With each `worker-load`: what its thread has counted since it began. */
  | {
      readonly type: 'worker-counters';
      readonly worker: number;
      readonly nacksSent: number;
      readonly keyframesRequested: number;
      /** RTP packets that viewers had lost and were sent again. */
      readonly packetsRepeated: number;
      /** Datagrams that the network did not take. */
      readonly sendsFailed: number;
      readonly handshakes: number;
      readonly handshakesFailed: number;
      /** On data channels, as sessions count them. */
      readonly dataMessagesReceived: number;
      readonly dataMessagesSent: number;
      /** Too many of a sender, or more than a receiver could take. */
      readonly dataMessagesDropped: number;
      /** Sessions that lost their data channels: floods, broken rules, no answer. */
      readonly dataSessionsEnded: number;
      readonly syncs: number;
      readonly syncMs: number;
    }
  /** A connection that the worker was given may be closed: it does not use it any more. */
  | { readonly type: 'connection-released'; readonly connectionId: number }
  | { readonly type: 'worker-lost'; readonly worker: number; readonly streamIds: readonly string[] };

/** One of several implementations of the same, and why it was taken. */
export interface WorkerChoice {
  readonly name: string;
  readonly reason: string;
}

/** What a worker works with, by what there are several of. */
export type WorkerImplementations = Readonly<Record<'receive' | 'srtp', WorkerChoice>>;
