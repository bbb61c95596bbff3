import { createCipheriv, createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { PlainPacket, ProtectedPacket, SrtpCrypto, SrtpKeySet, SrtpSessionKeys } from '../../media/srtp/crypto.js';
import { RTCP_ENCRYPTED_FLAG, RTCP_HEADER_BYTES, RTCP_INDEX_BYTES } from '../../media/srtp/rtcp-layout.js';
import { freeBuffer } from '../free-buffer.js';
import { openOneByOne, sealOneByOne } from './one-by-one.js';

const HMAC_TAG_BYTES = 10;

/** The keys with the view through which counters are written: reused, so a packet allocates only what OpenSSL's wrapper needs. */
class CounterModeKey {
  readonly key: KeyObject;
  readonly authenticationKey: KeyObject;
  readonly iv = new Uint8Array(16);
  private readonly ivView = new DataView(this.iv.buffer);
  private readonly salt: DataView;

  constructor(keys: SrtpKeySet) {
    this.key = createSecretKey(keys.encryptionKey);
    this.authenticationKey = createSecretKey(keys.authenticationKey);
    this.salt = new DataView(Uint8Array.from(keys.salt).buffer);
    this.ivView.setUint32(0, this.salt.getUint32(0));
  }

  /** RFC 3711 section 4.1.1: the 48-bit index lies in front of a 16-bit block counter. */
  setIv(ssrc: number, indexHigh: number, indexLow: number): void {
    this.ivView.setUint32(4, this.salt.getUint32(4) ^ ssrc);
    this.ivView.setUint32(8, this.salt.getUint32(8) ^ indexHigh);
    this.ivView.setUint16(12, this.salt.getUint16(12) ^ indexLow);
  }
}

/** AES_CM_128_HMAC_SHA1_80, RFC 3711. */
export class CounterModeCrypto implements SrtpCrypto {
  readonly mostTogether = 1;
  private readonly rtp: CounterModeKey;
  private readonly rtcp: CounterModeKey;
  /** What is authenticated behind an SRTP packet without being sent, RFC 3711 section 4.2. */
  private readonly rollover = new Uint8Array(4);
  private readonly rolloverView = new DataView(this.rollover.buffer);

  constructor(keys: SrtpSessionKeys) {
    this.rtp = new CounterModeKey(keys.rtp);
    this.rtcp = new CounterModeKey(keys.rtcp);
  }

  openRtp(bytes: Uint8Array, offset: number, length: number, header: RtpHeader, rolloverCounter: number): number {
    const tag = offset + length - HMAC_TAG_BYTES;
    if (!tagMatches(this.rtpTag(bytes, offset, tag, rolloverCounter), bytes, tag)) return -1;
    this.rtp.setIv(header.ssrc, rolloverCounter, header.sequenceNumber);
    applyKeystream(this.rtp, bytes, offset + header.headerLength, tag);
    return length - HMAC_TAG_BYTES;
  }

  openRtpTogether(bytes: Uint8Array, packets: readonly ProtectedPacket[], count: number): void {
    openOneByOne(this, bytes, packets, count);
  }

  sealRtp(bytes: Uint8Array, offset: number, length: number, header: RtpHeader, rolloverCounter: number): number {
    const end = offset + length;
    this.rtp.setIv(header.ssrc, rolloverCounter, header.sequenceNumber);
    applyKeystream(this.rtp, bytes, offset + header.headerLength, end);
    bytes.set(this.rtpTag(bytes, offset, end, rolloverCounter).subarray(0, HMAC_TAG_BYTES), end);
    return length + HMAC_TAG_BYTES;
  }

  sealRtpTogether(bytes: Uint8Array, packets: readonly PlainPacket[], count: number): void {
    sealOneByOne(this, bytes, packets, count);
  }

  openRtcp(bytes: Uint8Array, offset: number, length: number, ssrc: number, index: number): number {
    const tag = offset + length - HMAC_TAG_BYTES;
    if (!tagMatches(this.rtcpTag(bytes, offset, tag), bytes, tag)) return -1;
    this.rtcp.setIv(ssrc, index >>> 16, index & 0xffff);
    applyKeystream(this.rtcp, bytes, offset + RTCP_HEADER_BYTES, tag - RTCP_INDEX_BYTES);
    return length - HMAC_TAG_BYTES - RTCP_INDEX_BYTES;
  }

  sealRtcp(bytes: Uint8Array, offset: number, length: number, ssrc: number, index: number): number {
    const end = offset + length;
    this.rtcp.setIv(ssrc, index >>> 16, index & 0xffff);
    applyKeystream(this.rtcp, bytes, offset + RTCP_HEADER_BYTES, end);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(end, RTCP_ENCRYPTED_FLAG | index);
    const tag = this.rtcpTag(bytes, offset, end + RTCP_INDEX_BYTES);
    bytes.set(tag.subarray(0, HMAC_TAG_BYTES), end + RTCP_INDEX_BYTES);
    return length + RTCP_INDEX_BYTES + HMAC_TAG_BYTES;
  }

  /** OpenSSL's memory goes with the keys. */
  close(): void {
    return;
  }

  private rtpTag(bytes: Uint8Array, start: number, end: number, rolloverCounter: number): Uint8Array {
    this.rolloverView.setUint32(0, rolloverCounter);
    const hmac = createHmac('sha1', this.rtp.authenticationKey);
    return hmac.update(bytes.subarray(start, end)).update(this.rollover).digest();
  }

  private rtcpTag(bytes: Uint8Array, start: number, end: number): Uint8Array {
    return createHmac('sha1', this.rtcp.authenticationKey).update(bytes.subarray(start, end)).digest();
  }
}

function tagMatches(computed: Uint8Array, bytes: Uint8Array, at: number): boolean {
  return timingSafeEqual(computed.subarray(0, HMAC_TAG_BYTES), bytes.subarray(at, at + HMAC_TAG_BYTES));
}

/** Encrypts or decrypts: counter mode is its own inverse. */
function applyKeystream(key: CounterModeKey, bytes: Uint8Array, start: number, end: number): void {
  const cipher = createCipheriv('aes-128-ctr', key.key, key.iv);
  const result = cipher.update(bytes.subarray(start, end));
  bytes.set(result, start);
  freeBuffer(result);
}
