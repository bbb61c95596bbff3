import type { LocalTransport, PeerOrder } from '../protocol.js';
import type { SessionEnvironment } from '../session/session-environment.js';
import { DgramUdpPort } from '../udp/dgram-udp-port.js';
import type { UdpPort } from '../udp/udp-port.js';

/**
 * Opens a UDP port for each session in which we control. Such peers that are servers have one port for all their sessions: with one
 * port of ours as well, nothing would tell the media of one session from that of another. Their socket ids are below zero.
 */
export class ClientPorts {
  private lastId = 0;

  constructor(
    private readonly listenAddresses: readonly string[],
    private readonly environment: SessionEnvironment,
  ) {}

  /**
   * Opens a session in what is its environment: that of all, or with a port of its own, which it closes at its end.
   *
   * @throws the system's error when no port is free, and what `open` throws
   */
  async serve(
    { controlled }: PeerOrder,
    open: (environment: SessionEnvironment) => LocalTransport,
  ): Promise<LocalTransport> {
    if (controlled === undefined) return open(this.environment);
    const ownPort = await this.openPort();
    try {
      return open({ ...this.environment, ownPort });
    } catch (error) {
      await ownPort.close();
      throw error;
    }
  }

  private async openPort(): Promise<UdpPort> {
    const { listenAddresses } = this;
    const { memory, slots, demultiplexer } = this.environment;
    this.lastId -= listenAddresses.length;
    const port = await DgramUdpPort.open({ port: 0, listenAddresses, memory, slots, firstSocketId: this.lastId });
    port.deliverTo(demultiplexer);
    return port;
  }
}
