import { srtpProfiles, type SrtpProfile } from '../../../media/srtp/profile.js';
import { ReceivedPacket, SrtpReceiver } from '../../../media/srtp/receiver.js';
import type { SrtpSender } from '../../../media/srtp/sender.js';
import type { SrtpBench } from './implementations.js';

const SLOT_BYTES = 2048;
const GUARD = 0xee;
/** The longest tag. */
const TAG_ROOM_BYTES = 16;

/** Other keys for each seed. */
export function keysOf(profile: SrtpProfile, seed: number): [key: Uint8Array, salt: Uint8Array] {
  const { keyLength, saltLength } = srtpProfiles[profile];
  const fill = (length: number, step: number): Uint8Array => Uint8Array.from({ length }, (_, i) => seed + 1 + i * step);
  return [fill(keyLength, 37), fill(saltLength, 91)];
}

export interface Plain {
  readonly ssrc: number;
  readonly sequence: number;
  readonly contributors: number;
  readonly extensionWords: number | undefined;
  readonly payload: number;
}

/** RFC 3550 section 5.1, with whatever may be in front of the payload. */
export function rtp({ ssrc, sequence, contributors, extensionWords, payload }: Plain): Uint8Array {
  const extension = extensionWords === undefined ? 0 : 4 + extensionWords * 4;
  const bytes = new Uint8Array(12 + contributors * 4 + extension + payload).map((_, i) => sequence * 31 + i);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80 | (extensionWords === undefined ? 0 : 0x10) | contributors);
  view.setUint16(2, sequence);
  view.setUint32(8, ssrc);
  if (extensionWords !== undefined) view.setUint32(12 + contributors * 4, extensionWords);
  return bytes;
}

export function seal(sender: SrtpSender, plain: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(plain.length + TAG_ROOM_BYTES);
  bytes.set(plain);
  return bytes.slice(0, sender.protect(bytes, 0, plain.length));
}

/** What an implementation makes of packets, several at a time, in place and beside each other. */
export class Opener {
  readonly receiver: SrtpReceiver;
  private readonly slots: number[];
  private readonly packets = Array.from({ length: 4 }, () => new ReceivedPacket());

  constructor(
    private readonly bench: SrtpBench,
    profile: SrtpProfile,
    seed: number,
  ) {
    this.receiver = new SrtpReceiver(profile, ...keysOf(profile, seed), bench.crypto);
    this.slots = this.packets.map(() => bench.memory.allocate(SLOT_BYTES));
  }

  /** @returns for each packet its verdict and everything in its slot */
  open(sealed: readonly Uint8Array[], shift: number): string[] {
    sealed.forEach((packet, lane) => this.packets[lane]?.set(this.place(packet, lane, shift), packet.length, 0));
    this.receiver.unprotectTogether(this.bench.memory.bytes, this.packets, sealed.length);
    return sealed.map((_, lane) => `${this.packets[lane]?.plainLength ?? 0} ${this.contents(lane)}`);
  }

  /** @param sealed SRTCP. @returns its verdict and everything in its slot */
  openReport(sealed: Uint8Array, shift: number): string {
    const offset = this.place(sealed, 0, shift);
    return `${this.receiver.unprotectRtcp(this.bench.memory.bytes, offset, sealed.length)} ${this.contents(0)}`;
  }

  private place(packet: Uint8Array, lane: number, shift: number): number {
    const slot = this.slots[lane] ?? 0;
    this.bench.memory.bytes.fill(GUARD, slot, slot + SLOT_BYTES).set(packet, slot + shift);
    return slot + shift;
  }

  private contents(lane: number): string {
    const slot = this.slots[lane] ?? 0;
    return Buffer.from(this.bench.memory.bytes.subarray(slot, slot + SLOT_BYTES)).toString('base64');
  }
}
