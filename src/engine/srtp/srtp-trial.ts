import type { MediaMemory } from '../../media/memory.js';
import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import { srtpProfileNames, srtpProfiles, type SrtpProfile } from '../../media/srtp/profile.js';
import { ReceivedPacket, SrtpReceiver } from '../../media/srtp/receiver.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import { threadCpuMs } from '../load-meter.js';

const PROFILE: SrtpProfile = 'AEAD_AES_128_GCM';
/** A usual packet of video. */
const PLAIN_BYTES = 1200;
const TAG_ROOM_BYTES = 16;
const SLOT_BYTES = 2048;
const ROUND_PACKETS = 64;
/** Of the thread's processor time, long enough for both to be compiled well: by the clock a busy machine would leave time for a cold round or two. */
const TRIAL_CPU_MS = 50;
/** Whoever waits for the server waits no longer, however little of the processor it gets. */
const LONGEST_TRIAL_MS = 2_000;
const SEQUENCE_NUMBERS = 0x10000;

/** What one packet costs by either, at best. */
interface Comparison {
  readonly firstUs: number;
  readonly secondUs: number;
}

/** Measures SRTP ciphers on the machine and in the thread that are to use them. */
export class SrtpTrial implements Disposable {
  private readonly slots: number[];

  constructor(private readonly memory: MediaMemory) {
    this.slots = Array.from({ length: ROUND_PACKETS }, () => memory.allocate(SLOT_BYTES)).filter((slot) => slot >= 0);
  }

  /** In turn, so that a busy machine is busy for both. */
  compare(first: SrtpCryptoFactory, second: SrtpCryptoFactory): Comparison {
    const contestants = [new Contestant(first), new Contestant(second)] as const;
    const endMs = performance.now() + LONGEST_TRIAL_MS;
    const endCpuMs = threadCpuMs() + TRIAL_CPU_MS;
    while (threadCpuMs() < endCpuMs && performance.now() < endMs) for (const one of contestants) this.round(one);
    for (const one of contestants) one.close();
    return { firstUs: contestants[0].bestUs, secondUs: contestants[1].bestUs };
  }

  [Symbol.dispose](): void {
    for (const slot of this.slots.splice(0)) this.memory.release(slot, SLOT_BYTES);
  }

  private round(contestant: Contestant): void {
    for (const slot of this.slots) this.memory.bytes.set(contestant.seal(), slot);
    const startMs = performance.now();
    contestant.open(this.memory.bytes, this.slots);
    const tookUs = ((performance.now() - startMs) * 1000) / this.slots.length;
    contestant.bestUs = Math.min(contestant.bestUs, tookUs);
  }
}

class Contestant {
  private readonly receiver: SrtpReceiver;
  bestUs = Infinity;
  private readonly sender: SrtpSender;
  private readonly packets: readonly ReceivedPacket[];
  private sequence = 0;

  constructor(crypto: SrtpCryptoFactory) {
    this.receiver = new SrtpReceiver(PROFILE, ...trialKeys(PROFILE), crypto);
    this.sender = new SrtpSender(PROFILE, ...trialKeys(PROFILE), crypto);
    this.packets = Array.from({ length: this.receiver.mostTogether }, () => new ReceivedPacket());
  }

  seal(): Uint8Array {
    return sealed(this.sender, this.sequence++ % SEQUENCE_NUMBERS);
  }

  open(bytes: Uint8Array, slots: readonly number[]): void {
    const { packets } = this;
    for (let i = 0; i < slots.length; i += packets.length) {
      packets.forEach((packet, lane) => packet.set(slots[i + lane] ?? 0, PLAIN_BYTES + TAG_ROOM_BYTES, 0));
      this.receiver.unprotectTogether(bytes, packets, packets.length);
    }
  }

  close(): void {
    this.receiver.close();
    this.sender.close();
  }
}

/** @returns whether both seal a packet to the same bytes, and what the second sealed the first opens, with every profile */
export function isEqual(first: SrtpCryptoFactory, second: SrtpCryptoFactory): boolean {
  return srtpProfileNames.every((profile) => {
    const [one, other] = [first, second].map((crypto) => new SrtpSender(profile, ...trialKeys(profile), crypto));
    const receiver = new SrtpReceiver(profile, ...trialKeys(profile), first);
    const packet = new ReceivedPacket();
    if (one === undefined || other === undefined) return false;
    const wanted = sealed(other, 1);
    const isSame = sealed(one, 1).every((byte, i) => byte === wanted[i]);
    const opens = receiver.unprotect(wanted, 0, wanted.length, packet.header) === PLAIN_BYTES;
    for (const end of [one, other, receiver]) end.close();
    return isSame && opens;
  });
}

function trialKeys(profile: SrtpProfile): [key: Uint8Array, salt: Uint8Array] {
  const { keyLength, saltLength } = srtpProfiles[profile];
  return [
    Uint8Array.from({ length: keyLength }, (_, i) => i * 7 + 1),
    Uint8Array.from({ length: saltLength }, (_, i) => i * 5 + 3),
  ];
}

function sealed(sender: SrtpSender, sequence: number): Uint8Array {
  const bytes = new Uint8Array(PLAIN_BYTES + TAG_ROOM_BYTES).fill(sequence, 12);
  bytes.set([0x80, 96, sequence >>> 8, sequence & 255]);
  return bytes.slice(0, sender.protect(bytes, 0, PLAIN_BYTES));
}
