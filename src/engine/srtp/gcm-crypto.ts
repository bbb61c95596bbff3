import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { PlainPacket, ProtectedPacket, SrtpCrypto, SrtpKeySet, SrtpSessionKeys } from '../../media/srtp/crypto.js';
import { RTCP_ENCRYPTED_FLAG, RTCP_HEADER_BYTES, RTCP_INDEX_BYTES } from '../../media/srtp/rtcp-layout.js';
import { freeBuffer } from '../free-buffer.js';
import { openOneByOne, sealOneByOne } from './one-by-one.js';

const GCM_TAG_BYTES = 16;
/** One object for all packets. */
const GCM_OPTIONS = { authTagLength: GCM_TAG_BYTES };

/** One key with the view through which initialisation vectors are written: reused, so a packet allocates only what OpenSSL's wrapper needs. */
class GcmKey {
  readonly key: KeyObject;
  readonly iv = new Uint8Array(12);
  private readonly ivView = new DataView(this.iv.buffer);
  private readonly salt: DataView;

  constructor(keys: SrtpKeySet) {
    this.key = createSecretKey(keys.encryptionKey);
    this.salt = new DataView(Uint8Array.from(keys.salt).buffer);
    this.ivView.setUint16(0, this.salt.getUint16(0));
  }

  /** RFC 7714 section 8.1. */
  setRtpIv(ssrc: number, rolloverCounter: number, sequenceNumber: number): void {
    this.ivView.setUint32(2, this.salt.getUint32(2) ^ ssrc);
    this.ivView.setUint32(6, this.salt.getUint32(6) ^ rolloverCounter);
    this.ivView.setUint16(10, this.salt.getUint16(10) ^ sequenceNumber);
  }

  /** RFC 7714 section 9.1. */
  setRtcpIv(ssrc: number, index: number): void {
    this.ivView.setUint32(2, this.salt.getUint32(2) ^ ssrc);
    this.ivView.setUint16(6, this.salt.getUint16(6));
    this.ivView.setUint32(8, this.salt.getUint32(8) ^ index);
  }
}

/** AEAD_AES_128_GCM, RFC 7714. */
export class GcmCrypto implements SrtpCrypto {
  readonly mostTogether = 1;
  private readonly rtp: GcmKey;
  private readonly rtcp: GcmKey;
  /** RTCP header and index word, RFC 7714 section 9.2. */
  private readonly rtcpAad = new Uint8Array(RTCP_HEADER_BYTES + RTCP_INDEX_BYTES);
  private readonly rtcpAadView = new DataView(this.rtcpAad.buffer);

  constructor(keys: SrtpSessionKeys) {
    this.rtp = new GcmKey(keys.rtp);
    this.rtcp = new GcmKey(keys.rtcp);
  }

  openRtp(bytes: Uint8Array, offset: number, length: number, header: RtpHeader, rolloverCounter: number): number {
    this.rtp.setRtpIv(header.ssrc, rolloverCounter, header.sequenceNumber);
    const payload = offset + header.headerLength;
    const tag = offset + length - GCM_TAG_BYTES;
    return gcmOpen(this.rtp, bytes, bytes.subarray(offset, payload), payload, tag) ? length - GCM_TAG_BYTES : -1;
  }

  openRtpTogether(bytes: Uint8Array, packets: readonly ProtectedPacket[], count: number): void {
    openOneByOne(this, bytes, packets, count);
  }

  sealRtp(bytes: Uint8Array, offset: number, length: number, header: RtpHeader, rolloverCounter: number): number {
    this.rtp.setRtpIv(header.ssrc, rolloverCounter, header.sequenceNumber);
    const payload = offset + header.headerLength;
    gcmSeal(this.rtp, bytes, bytes.subarray(offset, payload), payload, offset + length);
    return length + GCM_TAG_BYTES;
  }

  sealRtpTogether(bytes: Uint8Array, packets: readonly PlainPacket[], count: number): void {
    sealOneByOne(this, bytes, packets, count);
  }

  openRtcp(bytes: Uint8Array, offset: number, length: number, ssrc: number, index: number): number {
    this.prepareRtcp(bytes, offset, ssrc, index);
    const plainLength = length - GCM_TAG_BYTES - RTCP_INDEX_BYTES;
    const authentic = gcmOpen(this.rtcp, bytes, this.rtcpAad, offset + RTCP_HEADER_BYTES, offset + plainLength);
    return authentic ? plainLength : -1;
  }

  sealRtcp(bytes: Uint8Array, offset: number, length: number, ssrc: number, index: number): number {
    this.prepareRtcp(bytes, offset, ssrc, index);
    gcmSeal(this.rtcp, bytes, this.rtcpAad, offset + RTCP_HEADER_BYTES, offset + length);
    bytes.set(this.rtcpAad.subarray(RTCP_HEADER_BYTES), offset + length + GCM_TAG_BYTES);
    return length + GCM_TAG_BYTES + RTCP_INDEX_BYTES;
  }

  /** OpenSSL's memory goes with the keys. */
  close(): void {
    return;
  }

  private prepareRtcp(bytes: Uint8Array, offset: number, ssrc: number, index: number): void {
    this.rtcp.setRtcpIv(ssrc, index);
    this.rtcpAad.set(bytes.subarray(offset, offset + RTCP_HEADER_BYTES));
    this.rtcpAadView.setUint32(RTCP_HEADER_BYTES, RTCP_ENCRYPTED_FLAG | index);
  }
}

/** Decrypts what lies from `payload` to `tag`, once the tag behind it was found right. */
function gcmOpen(key: GcmKey, bytes: Uint8Array, aad: Uint8Array, payload: number, tag: number): boolean {
  const decipher = createDecipheriv('aes-128-gcm', key.key, key.iv, GCM_OPTIONS);
  decipher.setAAD(aad);
  decipher.setAuthTag(bytes.subarray(tag, tag + GCM_TAG_BYTES));
  const plain = decipher.update(bytes.subarray(payload, tag));
  try {
    decipher.final();
  } catch {
    return false;
  }
  bytes.set(plain, payload);
  freeBuffer(plain);
  return true;
}

function gcmSeal(key: GcmKey, bytes: Uint8Array, aad: Uint8Array, payload: number, end: number): void {
  const cipher = createCipheriv('aes-128-gcm', key.key, key.iv, GCM_OPTIONS);
  cipher.setAAD(aad);
  const sealed = cipher.update(bytes.subarray(payload, end));
  bytes.set(sealed, payload);
  freeBuffer(sealed);
  cipher.final();
  bytes.set(cipher.getAuthTag(), end);
}
