import { readUint32 } from '../bytes.js';
import { RtpHeader } from '../rtp/packet.js';
import { SequenceWindow } from '../rtp/sequence-window.js';
import type { PlainPacket, SrtpCrypto, SrtpCryptoFactory } from './crypto.js';
import { deriveSessionKeys } from './key-derivation.js';
import { guessPacketIndex, rolloverCounterOf } from './packet-index.js';
import { srtpProfiles, type SrtpProfile } from './profile.js';
import { LARGEST_RTCP_INDEX, RTCP_HEADER_BYTES, RTCP_INDEX_BYTES } from './rtcp-layout.js';

/** Late packets and repetitions may be so far behind the newest one. */
const WINDOW = 4096;
const NONE = -1;

/** The indices that were sent from one SSRC. */
interface SendingSource {
  readonly ssrc: number;
  readonly sent: SequenceWindow;
}

/** One packet on its way through `SrtpSender.protectTogether`: reused, so a packet allocates none. */
export class SentPacket implements PlainPacket {
  offset = 0;
  length = 0;
  isRepeat = false;
  readonly header = new RtpHeader();
  rolloverCounter = 0;
  /** After `protectTogether`: the protected packet's length, 0 when it is refused. */
  sealedLength = 0;

  /** @param isRepeat it has the bytes of the packet that was sent with its number, if one was */
  set(offset: number, length: number, isRepeat: boolean): void {
    this.offset = offset;
    this.length = length;
    this.isRepeat = isRepeat;
  }
}

/** Protects what we send to one peer: SRTP and SRTCP (RFC 3711, RFC 7714). Wrong packets are our own mistake: they throw. */
export class SrtpSender {
  /** Packets that were not sealed: another one was, or may have been, sealed under their index. */
  refused = 0;
  private readonly crypto: SrtpCrypto;
  private readonly tagLength: number;
  /** Those of the packets in hand that wait for the ciphers, in front. Never emptied: an array would be made anew for each. */
  private readonly waiting: SentPacket[] = [];
  private readonly alone = [new SentPacket()] as const;
  private readonly sources: SendingSource[] = [];
  /** One counter for all our SSRCs: each still sees its index grow. The first packet has 1, as other senders do it. */
  private rtcpIndex = 0;

  constructor(profile: SrtpProfile, masterKey: Uint8Array, masterSalt: Uint8Array, crypto: SrtpCryptoFactory) {
    this.crypto = crypto.create(profile, deriveSessionKeys(profile, masterKey, masterSalt, crypto));
    this.tagLength = srtpProfiles[profile].tagLength;
  }

  /**
   * Encrypts an RTP packet in place and writes the tag behind it. Two packets under one index would give the keystream
   * away: what has the index of a packet that was sent, or may have been, is refused and stays as it is.
   *
   * @param isRepeat it has the bytes of the packet that was sent with its number, if one was
   * @returns the protected packet's length, 0 when it is refused
   * @throws {RangeError} when it is no RTP packet, or the tag has no room in `bytes`
   */
  protect(bytes: Uint8Array, offset: number, length: number, isRepeat = false): number {
    const [packet] = this.alone;
    packet.set(offset, length, isRepeat);
    this.protectTogether(bytes, this.alone, 1);
    return packet.sealedLength;
  }

  /** `protect` for the first `count` of `packets`, in their order: each is told its `sealedLength`. */
  protectTogether(bytes: Uint8Array, packets: readonly SentPacket[], count: number): void {
    const { waiting } = this;
    let prepared = 0;
    for (let i = 0; i < count; i++) {
      const packet = packets[i];
      if (packet !== undefined && this.prepare(bytes, packet)) waiting[prepared++] = packet;
    }
    this.crypto.sealRtpTogether(bytes, waiting, prepared);
  }

  /**
   * @param packet a compound RTCP packet; it stays as it is
   * @returns the SRTCP packet to send
   * @throws {RangeError} when it is shorter than an RTCP header, or after 2^31 - 1 packets (RFC 3711 section 9.2)
   */
  protectRtcp(packet: Uint8Array): Uint8Array {
    if (packet.length < RTCP_HEADER_BYTES) throw new RangeError('Not an RTCP packet.');
    if (this.rtcpIndex >= LARGEST_RTCP_INDEX) throw new RangeError('No SRTCP index is left under this key.');
    this.rtcpIndex++;
    const bytes = new Uint8Array(packet.length + this.tagLength + RTCP_INDEX_BYTES);
    bytes.set(packet);
    this.crypto.sealRtcp(bytes, 0, packet.length, readUint32(bytes, 4), this.rtcpIndex);
    return bytes;
  }

  /** Gives the ciphers' memory back. Idempotent. */
  close(): void {
    this.crypto.close();
  }

  private prepare(bytes: Uint8Array, packet: SentPacket): boolean {
    const { header, offset, length, isRepeat } = packet;
    if (!header.parse(bytes, offset, length)) throw new RangeError('Not an RTP packet.');
    if (offset + length + this.tagLength > bytes.length) throw new RangeError('No room for the SRTP tag.');
    const index = this.nextIndex(header.ssrc, header.sequenceNumber, isRepeat);
    packet.rolloverCounter = rolloverCounterOf(index);
    packet.sealedLength = index < 0 ? 0 : length + this.tagLength;
    if (index < 0) this.refused += 1;
    return index >= 0;
  }

  /** @returns -1 when there is none that may be used */
  private nextIndex(ssrc: number, sequenceNumber: number, isRepeat: boolean): number {
    const { sent } = this.sourceOf(ssrc);
    const index = guessPacketIndex(sequenceNumber, Math.max(NONE, sent.highest));
    const isRemembered = index > sent.highest - WINDOW;
    if (index < 0 || !(sent.isFresh(index) || (isRepeat && isRemembered))) return NONE;
    sent.accept(index);
    return index;
  }

  private sourceOf(ssrc: number): SendingSource {
    for (const source of this.sources) if (source.ssrc === ssrc) return source;
    const source = { ssrc, sent: new SequenceWindow(WINDOW) };
    this.sources.push(source);
    return source;
  }
}
