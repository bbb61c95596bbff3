import { readUint32 } from '../bytes.js';
import { RtpHeader } from '../rtp/packet.js';
import { SequenceWindow } from '../rtp/sequence-window.js';
import type { ProtectedPacket, SrtpCrypto, SrtpCryptoFactory } from './crypto.js';
import { deriveSessionKeys } from './key-derivation.js';
import { guessPacketIndex, rolloverCounterOf } from './packet-index.js';
import { srtpProfiles, type SrtpProfile } from './profile.js';
import { LARGEST_RTCP_INDEX, RTCP_ENCRYPTED_FLAG, RTCP_HEADER_BYTES, RTCP_INDEX_BYTES } from './rtcp-layout.js';

/** As many as a stream may wait for what is missing: a packet that is sent again has the number that it had. */
const RTP_WINDOW = 8192;
const RTCP_WINDOW = 128;
/** A session has a handful of sources; a peer that invents more is not heard on them. */
const MAX_SOURCES = 64;
const FIRST_ROLLOVER = 0x10000;

/** One SSRC that has sent an authentic packet: its cryptographic context (RFC 3711 section 3.2.3). */
class ProtectedSource {
  readonly window: SequenceWindow;

  constructor(
    readonly ssrc: number,
    windowSize: number,
  ) {
    this.window = new SequenceWindow(windowSize);
  }
}

/** One packet on its way through `SrtpReceiver.unprotectTogether`: reused, so a packet allocates none. */
export class ReceivedPacket implements ProtectedPacket {
  offset = 0;
  length = 0;
  arrivalMs = 0;
  header = new RtpHeader();
  rolloverCounter = 0;
  /** After `unprotectTogether`: the plain packet's length; -1 when it is to be dropped, `header` then means nothing. */
  plainLength = -1;
  /** The receiver's own: what it took the packet for. */
  index = 0;
  source: ProtectedSource | undefined;

  set(offset: number, length: number, arrivalMs: number): void {
    this.offset = offset;
    this.length = length;
    this.arrivalMs = arrivalMs;
  }
}

/**
 * Opens what one peer protected: SRTP and SRTCP (RFC 3711, RFC 7714), in place.
 *
 * A packet counts only when it is authentic: nothing that a stranger sends moves a replay window or a rollover counter,
 * nor makes a source known. Wire bytes never throw; what is refused is counted.
 */
export class SrtpReceiver {
  /** Packets that were malformed or not authentic. */
  failures = 0;
  /** Packets that were heard before, or are too old to tell. */
  replays = 0;
  private readonly crypto: SrtpCrypto;
  private readonly tagLength: number;
  private readonly rtcpIndexFromEnd: number;
  private readonly rtpSources: ProtectedSource[] = [];
  private readonly rtcpSources: ProtectedSource[] = [];
  /** Those of the packets in hand that wait for the ciphers, in front. Never emptied: an array would be made anew for each. */
  private readonly waiting: ReceivedPacket[] = [];
  private readonly alone = [new ReceivedPacket()] as const;

  constructor(profile: SrtpProfile, masterKey: Uint8Array, masterSalt: Uint8Array, crypto: SrtpCryptoFactory) {
    this.crypto = crypto.create(profile, deriveSessionKeys(profile, masterKey, masterSalt, crypto));
    this.tagLength = srtpProfiles[profile].tagLength;
    this.rtcpIndexFromEnd = srtpProfiles[profile].rtcpIndexFromEnd;
  }

  /**
   * Authenticates and decrypts one SRTP packet, and reads its header and padding into `header`.
   *
   * The payload lies from `offset + header.headerLength` to the returned length less `header.paddingLength`.
   *
   * @returns the plain packet's length; -1 when it is to be dropped, `header` then means nothing
   */
  unprotect(bytes: Uint8Array, offset: number, length: number, header: RtpHeader): number {
    const [packet] = this.alone;
    packet.set(offset, length, 0);
    packet.header = header;
    this.unprotectTogether(bytes, this.alone, 1);
    return packet.plainLength;
  }

  /** How many packets `unprotectTogether` takes at most; more than 1 where that is cheaper than one by one. */
  get mostTogether(): number {
    return this.crypto.mostTogether;
  }

  /** `unprotect` for the first `count` of `packets`, in their order: each is told its `plainLength`. */
  unprotectTogether(bytes: Uint8Array, packets: readonly ReceivedPacket[], count: number): void {
    const { waiting } = this;
    let prepared = 0;
    for (let i = 0; i < count; i++) {
      const packet = packets[i];
      if (packet !== undefined && this.prepare(bytes, packet)) waiting[prepared++] = packet;
    }
    this.crypto.openRtpTogether(bytes, waiting, prepared);
    for (let i = 0; i < prepared; i++) {
      const packet = waiting[i];
      if (packet !== undefined) this.acceptOpened(bytes, packet);
    }
  }

  /**
   * Authenticates and decrypts one SRTCP packet. Only encrypted ones are taken: WebRTC forbids others (RFC 8827 section 6.5).
   * @returns the plain compound packet's length; -1 when it is to be dropped
   */
  unprotectRtcp(bytes: Uint8Array, offset: number, length: number): number {
    const inside = offset >= 0 && offset + length <= bytes.length;
    if (!inside || length < RTCP_HEADER_BYTES + this.tagLength + RTCP_INDEX_BYTES) return this.fail();
    const word = readUint32(bytes, offset + length - this.rtcpIndexFromEnd);
    if ((bytes[offset] ?? 0) >>> 6 !== 2 || word < RTCP_ENCRYPTED_FLAG) return this.fail();
    const ssrc = readUint32(bytes, offset + 4);
    const index = word & LARGEST_RTCP_INDEX;
    const source = findSource(this.rtcpSources, ssrc);
    if (source?.window.isFresh(index) === false) return this.replay();
    const plainLength = this.crypto.openRtcp(bytes, offset, length, ssrc, index);
    if (plainLength < 0) return this.fail();
    const known = source ?? addSource(this.rtcpSources, ssrc, RTCP_WINDOW);
    if (known === undefined) return this.fail();
    known.window.accept(index);
    return plainLength;
  }

  /** Gives the ciphers' memory back. Idempotent. */
  close(): void {
    this.crypto.close();
  }

  /** @returns true when the packet waits for the ciphers; else its `plainLength` is known */
  private prepare(bytes: Uint8Array, packet: ReceivedPacket): boolean {
    const { header, offset, length } = packet;
    packet.plainLength = -1;
    if (!header.parse(bytes, offset, length) || length < header.headerLength + this.tagLength) {
      this.fail();
      return false;
    }
    packet.source = findSource(this.rtpSources, header.ssrc);
    if (packet.source === undefined) {
      const plainLength = this.openFirst(bytes, offset, length, header);
      packet.plainLength = this.withoutPadding(bytes, packet, plainLength);
      return false;
    }
    const { window } = packet.source;
    packet.index = guessPacketIndex(header.sequenceNumber, window.highest);
    packet.rolloverCounter = rolloverCounterOf(packet.index);
    if (packet.index >= 0 && window.isFresh(packet.index)) return true;
    this.replay();
    return false;
  }

  /** Looks at the window again: the same packet may have come twice among those opened together. */
  private acceptOpened(bytes: Uint8Array, packet: ReceivedPacket): void {
    const { source, index, plainLength } = packet;
    if (plainLength < 0 || source === undefined) packet.plainLength = this.fail();
    else if (!source.window.isFresh(index)) packet.plainLength = this.replay();
    else {
      source.window.accept(index);
      packet.plainLength = this.withoutPadding(bytes, packet, plainLength);
    }
  }

  private withoutPadding(bytes: Uint8Array, { header, offset }: ReceivedPacket, plainLength: number): number {
    if (plainLength < 0) return -1;
    return header.readPadding(bytes, offset, plainLength) ? plainLength : this.fail();
  }

  /** A sender that starts close to 65535 may have wrapped before its first packet came through. */
  private openFirst(bytes: Uint8Array, offset: number, length: number, header: RtpHeader): number {
    let index = header.sequenceNumber;
    let plainLength = this.openAt(index, bytes, offset, length, header);
    if (plainLength < 0 && index < 0x8000) {
      index += FIRST_ROLLOVER;
      plainLength = this.openAt(index, bytes, offset, length, header);
    }
    if (plainLength < 0) return this.fail();
    const source = addSource(this.rtpSources, header.ssrc, RTP_WINDOW);
    if (source === undefined) return this.fail();
    source.window.accept(index);
    return plainLength;
  }

  private openAt(index: number, bytes: Uint8Array, offset: number, length: number, header: RtpHeader): number {
    return this.crypto.openRtp(bytes, offset, length, header, rolloverCounterOf(index));
  }

  private fail(): -1 {
    this.failures++;
    return -1;
  }

  private replay(): -1 {
    this.replays++;
    return -1;
  }
}

/** A walk over the few sources: a Map would box the 32-bit key of every packet. */
function findSource(sources: readonly ProtectedSource[], ssrc: number): ProtectedSource | undefined {
  for (const source of sources) if (source.ssrc === ssrc) return source;
  return undefined;
}

function addSource(sources: ProtectedSource[], ssrc: number, windowSize: number): ProtectedSource | undefined {
  if (sources.length >= MAX_SOURCES) return undefined;
  const source = new ProtectedSource(ssrc, windowSize);
  sources.push(source);
  return source;
}
