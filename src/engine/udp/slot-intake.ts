import type { MediaMemory } from '../../media/memory.js';
import { freeBuffer } from '../free-buffer.js';
import { untilQuiet } from './quiet-turn.js';
import { SLOT_BYTES, type SlotPool } from './slot-pool.js';
import type { DatagramReceiver, PortCounters } from './udp-port.js';

/** Puts datagrams that come one by one, as buffers, into slots. */
export class SlotIntake {
  readonly counters: PortCounters = { received: 0, dropped: 0, sent: 0, sendFailed: 0 };
  private receiver: DatagramReceiver | undefined;
  private isTurnOpen = false;

  constructor(
    private readonly memory: MediaMemory,
    private readonly slots: SlotPool,
  ) {}

  /** Datagrams that arrive before this are dropped. */
  deliverTo(receiver: DatagramReceiver): void {
    this.receiver = receiver;
  }

  /** @param message not to be used any more */
  take(message: Uint8Array, address: string, port: number, socketId: number): void {
    this.counters.received += 1;
    const slot = message.length > SLOT_BYTES || message.length === 0 ? -1 : this.slots.take();
    if (slot < 0 || this.receiver === undefined) {
      this.counters.dropped += 1;
      if (slot >= 0) this.slots.release(slot);
      return;
    }
    const { length } = message;
    this.memory.bytes.set(message, slot);
    freeBuffer(message);
    this.expectMore();
    if (!this.receiver.datagram(slot, length, address, port, socketId)) this.slots.release(slot);
  }

  /** When no more comes of what had arrived. */
  hearArrived(): Promise<void> {
    return untilQuiet(() => this.counters.received);
  }

  /** What came in one turn of the loop is told to be all once the turn ends. */
  private expectMore(): void {
    if (this.isTurnOpen) return;
    this.isTurnOpen = true;
    setImmediate(this.endTurn);
  }

  private readonly endTurn = (): void => {
    this.isTurnOpen = false;
    this.receiver?.drained();
  };
}
