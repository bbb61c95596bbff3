import { readUint32 } from '../bytes.js';
import { RtpHeader } from '../rtp/packet.js';
import type { SrtpCrypto, SrtpCryptoFactory } from './crypto.js';
import { deriveSessionKeys } from './key-derivation.js';
import { guessPacketIndex, rolloverCounterOf } from './packet-index.js';
import { srtpProfiles, type SrtpProfile } from './profile.js';
import { LARGEST_RTCP_INDEX, RTCP_HEADER_BYTES, RTCP_INDEX_BYTES } from './rtcp-layout.js';

/** The highest index that was sent from one SSRC. */
interface SendingSource {
  readonly ssrc: number;
  highest: number;
}

/** Protects what we send to one peer: SRTP and SRTCP (RFC 3711, RFC 7714). Wrong packets are our own mistake: they throw. */
export class SrtpSender {
  private readonly crypto: SrtpCrypto;
  private readonly tagLength: number;
  private readonly header = new RtpHeader();
  private readonly sources: SendingSource[] = [];
  /** One counter for all our SSRCs: each still sees its index grow. The first packet has 1, as other senders do it. */
  private rtcpIndex = 0;

  constructor(profile: SrtpProfile, masterKey: Uint8Array, masterSalt: Uint8Array, crypto: SrtpCryptoFactory) {
    this.crypto = crypto.create(profile, deriveSessionKeys(profile, masterKey, masterSalt, crypto));
    this.tagLength = srtpProfiles[profile].tagLength;
  }

  /**
   * Encrypts an RTP packet in place and writes the tag behind it. A sequence number may be sent again only with the
   * same bytes: two packets under one index would give the keystream away.
   *
   * @returns the protected packet's length
   * @throws {RangeError} when it is no RTP packet, or the tag has no room in `bytes`
   */
  protect(bytes: Uint8Array, offset: number, length: number): number {
    const header = this.header;
    if (!header.parse(bytes, offset, length)) throw new RangeError('Not an RTP packet.');
    if (offset + length + this.tagLength > bytes.length) throw new RangeError('No room for the SRTP tag.');
    const index = this.nextIndex(header.ssrc, header.sequenceNumber);
    return this.crypto.sealRtp(bytes, offset, length, header, rolloverCounterOf(index));
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

  private nextIndex(ssrc: number, sequenceNumber: number): number {
    const source = this.sourceOf(ssrc);
    const index = guessPacketIndex(sequenceNumber, source.highest);
    if (index < 0) throw new RangeError('No such packet was sent before.');
    if (index > source.highest) source.highest = index;
    return index;
  }

  private sourceOf(ssrc: number): SendingSource {
    for (const source of this.sources) if (source.ssrc === ssrc) return source;
    const source = { ssrc, highest: -1 };
    this.sources.push(source);
    return source;
  }
}
