import { readUint16, readUint32 } from '../bytes.js';
import { PAYLOAD_FEEDBACK_TYPE, RECEIVER_REPORT_TYPE, TRANSPORT_FEEDBACK_TYPE } from '../rtcp/packet.js';
import { GENERIC_NACK, TRANSPORT_WIDE } from '../rtcp/parse-feedback.js';
import { extendSequence } from '../rtp/sequence.js';
import type { SentPackets } from './sent-packets.js';

/** Of one datagram: a browser's largest compound packet has some eight. */
const MOST_PACKETS_PER_DATAGRAM = 16;
const MOST_TRANSPORT_WIDE_PER_DATAGRAM = 4;
/** Packets that are told of by transport-wide feedback, per second: some five times what 40 Mbit/s are. */
const MOST_STATUSES_PER_SECOND = 20_000;
/** Up to how many packets are told of: header, two SSRCs, base sequence number, count. */
const TRANSPORT_WIDE_BYTES = 16;
const NACK_BYTES = 12;

/**
 * Decides which packets of a viewer's RTCP are read: one datagram can hold eighty that tell of thousands of packets each.
 * What is of no use here is passed over unread, as is what tells of packets that were never sent.
 */
export class ViewerFeedback {
  private packetsLeft = 0;
  private transportWideLeft = 0;
  private statusesLeft = MOST_STATUSES_PER_SECOND;

  /**
   * @param sentPackets what transport-wide feedback can tell of: nothing where none was agreed on
   * @param repeats whether packets of an SSRC are sent again at present
   */
  constructor(
    private readonly sentPackets: SentPackets,
    private readonly repeats: (ssrc: number) => boolean,
  ) {}

  /** To be called each second. */
  refill(): void {
    this.statusesLeft = MOST_STATUSES_PER_SECOND;
  }

  /** Another datagram is read. */
  begin(): void {
    this.packetsLeft = MOST_PACKETS_PER_DATAGRAM;
    this.transportWideLeft = MOST_TRANSPORT_WIDE_PER_DATAGRAM;
  }

  /** @param start of an RTCP packet. @returns whether it is to be read */
  admits(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.packetsLeft === 0 || !this.isOfUse(bytes, start, end)) return false;
    this.packetsLeft -= 1;
    return true;
  }

  private isOfUse(bytes: Uint8Array, start: number, end: number): boolean {
    const format = (bytes[start] ?? 0) & 31;
    const type = bytes[start + 1];
    if (type !== TRANSPORT_FEEDBACK_TYPE) return type === RECEIVER_REPORT_TYPE || type === PAYLOAD_FEEDBACK_TYPE;
    if (format === GENERIC_NACK) return start + NACK_BYTES <= end && this.repeats(readUint32(bytes, start + 8));
    return format === TRANSPORT_WIDE && start + TRANSPORT_WIDE_BYTES <= end && this.takeStatuses(bytes, start);
  }

  private takeStatuses(bytes: Uint8Array, start: number): boolean {
    const { newest } = this.sentPackets;
    const count = readUint16(bytes, start + 14);
    const base = extendSequence(readUint16(bytes, start + 12), newest);
    if (newest < 0 || base + count > newest + 1) return false;
    if (this.transportWideLeft === 0 || count > this.statusesLeft) return false;
    this.transportWideLeft -= 1;
    this.statusesLeft -= count;
    return true;
  }
}
