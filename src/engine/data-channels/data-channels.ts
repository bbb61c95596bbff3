import { randomBytes } from 'node:crypto';
import { SctpAssociation, type AssociationEnd } from '../../media/sctp/association.js';
import {
  DATA_CHANNEL_ACK,
  DataProtocol,
  readDataChannelOpen,
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

const TICK_MS = 20;
/** Of one session. */
const MOST_CHANNELS = 64;
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
  /** The session has no channels any more, and gets none. Once, and last. */
  ended(reason: DataChannelsEnd): void;
}

interface DataChannelsOptions {
  readonly negotiated: NegotiatedData;
  readonly limits: DataLimits;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  /** Takes an SCTP packet for the peer. */
  readonly send: (packet: Uint8Array) => void;
}

/**
 * The data channels of one session (RFC 8831): the peer opens them, by DATA_CHANNEL_OPEN, and each is answered with the order and the
 * reliability that it was opened with.
 */
export class DataChannels {
  private readonly channels = new Map<number, DataChannelOpen>();
  private readonly association: SctpAssociation;
  private readonly gate: FloodGate;
  private listener: DataChannelsListener | undefined;
  private endTimer: (() => void) | undefined;
  private reason: DataChannelsEnd | undefined;

  constructor(private readonly options: DataChannelsOptions) {
    const { negotiated, limits, send } = options;
    this.gate = new FloodGate(limits);
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
        streamsEnded: (streamIds) => {
          for (const streamId of streamIds) this.channels.delete(streamId);
        },
        ended: (reason) => this.ended(reason),
      },
    );
  }

  listenWith(listener: DataChannelsListener): void {
    this.listener = listener;
  }

  /** A packet of the peer, borrowed. */
  receive(packet: Uint8Array): void {
    if (this.reason !== undefined) return;
    this.endTimer ??= this.options.wheel.every(TICK_MS, (nowMs) => this.guard(() => this.association.tick(nowMs)));
    this.guard(() => this.association.receive(packet, this.nowMs));
  }

  /** Whether the peer has opened one with this label. */
  has(label: string): boolean {
    for (const channel of this.channels.values()) if (channel.label === label) return true;
    return false;
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

  private deliverNow(message: DataMessage, from: DataChannels | undefined): void {
    const isPaired = this.has(message.label);
    for (const [streamId, channel] of this.channels) {
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
    this.channels.clear();
    if (this.reason !== 'requested' && this.reason !== 'peer-closed') threadCounters.dataSessionsEnded += 1;
    this.listener?.ended(this.reason);
  }
}

function protocolOf(isText: boolean, isEmpty: boolean): number {
  if (isText) return isEmpty ? DataProtocol.emptyText : DataProtocol.text;
  return isEmpty ? DataProtocol.emptyBinary : DataProtocol.binary;
}
