import { randomBytes } from 'node:crypto';
import { SctpAssociation, type AssociationEnd } from '../../media/sctp/association.js';
import {
  DATA_CHANNEL_ACK,
  DataProtocol,
  readDataChannelOpen,
  writeDataChannelOpen,
  type DataChannelOpen,
} from '../../media/sctp/data-channel-open.js';
import type { IncomingMessage } from '../../media/sctp/reassembly.js';
import { SCTP_PORT } from '../../media/sdp/answer-lines.js';
import type { NegotiatedData } from '../../media/sdp/session.js';
import type { Clock } from '../../shared/clock.js';
import { threadCounters } from '../thread-counters.js';
import type { TimerWheel } from '../timer-wheel.js';
import { MOST_BUFFERED_BYTES, type DataLimits } from './data-limits.js';
import { FloodGate } from './flood-gate.js';
import { OwnChannels } from './own-channels.js';

const TICK_MS = 20;
/** Of one session. */
const MOST_CHANNELS = 64;
/** Of channels between servers of ours: who opens one so knows that labels of others go over it. */
const RELAY_PROTOCOL = 'aircheck-relay';
/** In place of a message without bytes. */
const NOTHING = Uint8Array.of(0);

/** One message on a channel; `bytes` may be kept and is not changed. */
export interface DataMessage {
  readonly label: string;
  readonly isText: boolean;
  readonly bytes: Uint8Array;
}

export type DataChannelsEnd = AssociationEnd | 'flood';

export interface DataChannelsListener {
  message(message: DataMessage): void;
  /** There are others than before. */
  labelsChanged(): void;
  /** The session has no channels any more, and gets none. Once, and last. */
  ended(reason: DataChannelsEnd): void;
}

interface DataChannelsOptions {
  readonly negotiated: NegotiatedData;
  readonly limits: DataLimits;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  /** The offer was ours: the peer is a server, so that the call is ours, and the first channel. */
  readonly isCaller: boolean;
  /** Of the channels that we open: see {@link OwnChannels}. */
  readonly firstStreamId: 0 | 1;
  /** Takes an SCTP packet for the peer. */
  readonly send: (packet: Uint8Array) => void;
}

/**
 * The data channels of one session (RFC 8831): the peer opens them, by DATA_CHANNEL_OPEN, and each is answered with the order and the
 * reliability that it was opened with.
 *
 * Between two servers the one that has the publisher opens channels to the other, with the publisher's labels (`mirror`): messages are
 * told apart there as they are here. Who fetches a stream opens one, which asks for that; a server that does not know what it is asked
 * uses that one. Channels between servers are reliable and in order: who is behind them opened his own as he wants it.
 */
export class DataChannels {
  private readonly channels = new Map<number, DataChannelOpen>();
  private readonly association: SctpAssociation;
  private readonly gate: FloodGate;
  /** What we say to a server: as much as it would take of any session. */
  private readonly sendGate: FloodGate | undefined;
  private readonly own: OwnChannels;
  /** Labels that the peer has closed. */
  private readonly refused = new Set<string>();
  private wanted: (() => ReadonlySet<string>) | undefined;
  private isAsked: boolean;
  private isEstablished = false;
  private listener: DataChannelsListener | undefined;
  private endTimer: (() => void) | undefined;
  private reason: DataChannelsEnd | undefined;

  constructor(private readonly options: DataChannelsOptions) {
    const { negotiated, limits, send, isCaller, firstStreamId } = options;
    this.gate = new FloodGate(limits, isCaller);
    this.sendGate = isCaller ? new FloodGate(limits, true) : undefined;
    this.own = new OwnChannels(firstStreamId);
    this.isAsked = isCaller;
    this.association = new SctpAssociation(
      {
        localPort: SCTP_PORT,
        remotePort: negotiated.port,
        mostMessageBytes: limits.mostMessageBytes,
        randomBytes,
      },
      {
        send,
        message: (message) => this.heard(message),
        streamsEnded: (streamIds) => this.streamsEnded(streamIds),
        established: () => this.established(),
        ended: (reason) => this.ended(reason),
      },
    );
  }

  listenWith(listener: DataChannelsListener): void {
    this.listener = listener;
  }

  /** There is a way to the peer. */
  secured(): void {
    if (!this.options.isCaller || this.reason !== undefined) return;
    this.keepTime();
    this.guard(() => this.association.call(this.nowMs));
  }

  /** A packet of the peer, borrowed. */
  receive(packet: Uint8Array): void {
    if (this.reason !== undefined) return;
    this.keepTime();
    this.guard(() => this.association.receive(packet, this.nowMs));
  }

  /** Of the channels that there are. */
  get labels(): ReadonlySet<string> {
    return new Set([...this.channels.values()].map(({ label }) => label));
  }

  has(label: string): boolean {
    for (const channel of this.channels.values()) if (channel.label === label) return true;
    return false;
  }

  /** The peer is a server that wants channels of ours. */
  get isRelay(): boolean {
    return this.isAsked;
  }

  /**
   * A server that the stream is sent to is opened one channel for each of these labels, and no others. Others than servers open theirs.
   * @param labels asked for now and when the peer turns out to be such a server; to be said again when they are others
   */
  mirror(labels: () => ReadonlySet<string>): void {
    this.wanted = labels;
    this.guard(() => this.openWanted());
  }

  /**
   * Sends a message on the channels of its label. Where only one side has a label, it means nothing: what the sender's channel has no
   * counterpart for goes to those of ours that have none.
   *
   * @param from whose message it is; undefined where there are no labels: it goes to all
   */
  deliver(message: DataMessage, from: DataChannels | undefined): void {
    this.guard(() => this.deliverNow(message, from));
  }

  /** Ends the channels, and says so to the peer. Idempotent. */
  close(): void {
    this.guard(() => this.association.abort('requested'));
  }

  /** What we cannot cope with is our mistake, but costs these channels only: neither the media nor who said or hears it besides. */
  private guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
      this.association.end('requested');
    }
  }

  private keepTime(): void {
    this.endTimer ??= this.options.wheel.every(TICK_MS, (nowMs) => this.guard(() => this.association.tick(nowMs)));
  }

  /** Who fetches a stream asks for channels by one of his. */
  private established(): void {
    this.isEstablished = true;
    if (!this.options.isCaller || this.wanted !== undefined) {
      this.openWanted();
      return;
    }
    this.open('');
    this.listener?.labelsChanged();
  }

  private get mirrors(): boolean {
    return this.isAsked && this.wanted !== undefined;
  }

  private openWanted(): void {
    const { own } = this;
    const wanted = this.isEstablished && this.isAsked ? this.wanted?.() : undefined;
    if (wanted === undefined) return;
    this.closeOwn(own.labels.filter((label) => !wanted.has(label)));
    for (const label of this.refused) if (!wanted.has(label)) this.refused.delete(label);
    for (const label of wanted) if (!own.has(label) && !this.refused.has(label)) this.open(label);
  }

  private open(label: string): void {
    const bytes = writeDataChannelOpen(label, RELAY_PROTOCOL);
    if (bytes === undefined || this.channels.size >= MOST_CHANNELS) return;
    const streamId = this.own.add(label, (one) => this.channels.has(one));
    if (streamId === undefined) return;
    const reliable = { isUnordered: false, mostRetransmissions: undefined, lifetimeMs: undefined };
    this.channels.set(streamId, { label, protocol: RELAY_PROTOCOL, ...reliable });
    this.association.send({ streamId, protocol: DataProtocol.control, bytes, isUnordered: false }, this.nowMs);
  }

  private closeOwn(labels: readonly string[]): void {
    const streamIds = labels.flatMap((label) => this.own.close(label) ?? []);
    if (streamIds.length === 0) return;
    for (const streamId of streamIds) this.channels.delete(streamId);
    this.association.endStreams(streamIds, this.nowMs);
  }

  private streamsEnded(streamIds: readonly number[]): void {
    let hasChanged = false;
    for (const streamId of streamIds) {
      if (this.channels.delete(streamId)) hasChanged = true;
      const refused = this.own.ended(streamId);
      if (refused !== undefined) this.refused.add(refused);
    }
    if (hasChanged) this.listener?.labelsChanged();
  }

  private deliverNow(message: DataMessage, from: DataChannels | undefined): void {
    if (this.sendGate !== undefined && this.sendGate.admit(message.bytes.length, this.nowMs) !== 'taken') {
      threadCounters.dataMessagesDropped += 1;
      return;
    }
    const isPaired = this.has(message.label);
    for (const [streamId, channel] of this.channels) {
      if (this.mirrors && !this.own.isOwn(streamId)) continue;
      const isCounterpart = channel.label === message.label || (!isPaired && from?.has(channel.label) === false);
      if (from === undefined || isCounterpart) this.send(streamId, channel, message);
    }
  }

  private get nowMs(): number {
    return this.options.clock.monotonicMs();
  }

  private send(streamId: number, channel: DataChannelOpen, { isText, bytes }: DataMessage): void {
    const { mostBytes } = this.options.negotiated;
    const isTooMuch = this.association.bufferedBytes + bytes.length > MOST_BUFFERED_BYTES;
    if (isTooMuch || (mostBytes > 0 && bytes.length > mostBytes)) {
      threadCounters.dataMessagesDropped += 1;
      return;
    }
    const { isUnordered, mostRetransmissions, lifetimeMs } = channel;
    const { nowMs } = this;
    threadCounters.dataMessagesSent += 1;
    this.association.send(
      {
        streamId,
        protocol: protocolOf(isText, bytes.length === 0),
        bytes: bytes.length === 0 ? NOTHING : bytes,
        isUnordered,
        mostRetransmissions,
        expiresMs: lifetimeMs === undefined ? undefined : nowMs + lifetimeMs,
      },
      nowMs,
    );
  }

  private heard({ streamId, protocol, bytes }: IncomingMessage): void {
    const admission = this.gate.admit(bytes.length, this.nowMs);
    if (admission === 'flood') this.endBecause('flood');
    else if (protocol === DataProtocol.control) this.heardControl(streamId, bytes);
    else if (admission === 'dropped') threadCounters.dataMessagesDropped += 1;
    else this.heardMessage(streamId, protocol, bytes);
  }

  /** One that is open is not opened again, nor answered: answers that nobody takes would pile up. */
  private heardControl(streamId: number, bytes: Uint8Array): void {
    const open = readDataChannelOpen(bytes);
    if (open === undefined || this.channels.has(streamId)) return;
    if (this.channels.size >= MOST_CHANNELS) {
      this.association.endStreams([streamId], this.nowMs);
      return;
    }
    this.channels.set(streamId, open);
    const answer = { streamId, protocol: DataProtocol.control, bytes: DATA_CHANNEL_ACK, isUnordered: false };
    this.association.send(answer, this.nowMs);
    if (open.protocol === RELAY_PROTOCOL) this.heardServer();
    this.listener?.labelsChanged();
  }

  /** It opens its channels now, or wants ours. What we asked with is of no use any more. */
  private heardServer(): void {
    this.isAsked = true;
    if (this.wanted === undefined) this.closeOwn(this.own.labels);
    else this.openWanted();
  }

  private heardMessage(streamId: number, protocol: number, bytes: Uint8Array): void {
    const channel = this.channels.get(streamId);
    const isText = protocol === DataProtocol.text || protocol === DataProtocol.emptyText;
    const isEmpty = protocol === DataProtocol.emptyText || protocol === DataProtocol.emptyBinary;
    if (channel === undefined || protocol !== protocolOf(isText, isEmpty)) return;
    threadCounters.dataMessagesReceived += 1;
    this.listener?.message({ label: channel.label, isText, bytes: isEmpty ? new Uint8Array() : bytes });
  }

  private endBecause(reason: 'flood'): void {
    this.reason = reason;
    this.association.abort('requested');
  }

  private ended(reason: AssociationEnd): void {
    this.reason ??= reason;
    this.endTimer?.();
    this.isEstablished = false;
    this.channels.clear();
    this.listener?.labelsChanged();
    if (this.reason !== 'requested' && this.reason !== 'peer-closed') threadCounters.dataSessionsEnded += 1;
    this.listener?.ended(this.reason);
  }
}

function protocolOf(isText: boolean, isEmpty: boolean): number {
  if (isText) return isEmpty ? DataProtocol.emptyText : DataProtocol.text;
  return isEmpty ? DataProtocol.emptyBinary : DataProtocol.binary;
}
