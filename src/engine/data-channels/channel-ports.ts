import type { Clock } from '../../shared/clock.js';
import { ChannelPort, type StreamChannel } from './channel-port.js';
import type { DataLimits } from './data-limits.js';

/** The `channel`s of all streams that have one. */
export class ChannelPorts {
  private readonly ports = new Map<string, ChannelPort>();

  /** @param received what came for the viewers of a stream @throws the system's error when a port cannot be opened: none is open then */
  static async open(
    channels: readonly StreamChannel[],
    limits: DataLimits,
    clock: Clock,
    received: (streamId: string, bytes: Uint8Array) => void,
  ): Promise<ChannelPorts> {
    const opened = new ChannelPorts();
    try {
      for (const channel of channels) {
        const { streamId } = channel;
        const port = await ChannelPort.open(channel, limits, clock, (bytes) => received(streamId, bytes));
        opened.ports.set(streamId, port);
      }
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  }

  /** A viewer of the stream said this. */
  send(streamId: string, bytes: Uint8Array): void {
    this.ports.get(streamId)?.send(bytes);
  }

  close(): void {
    for (const port of this.ports.values()) port.close();
  }
}
