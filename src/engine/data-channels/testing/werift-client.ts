import { RTCDataChannel, RTCDataChannelParameters, RTCSctpTransport } from 'werift';
import type { Clock } from '../../../shared/clock.js';
import { TimerWheel, TICK_MS } from '../../timer-wheel.js';
import { DataChannels, type DataChannelsEnd, type DataMessage } from '../data-channels.js';
import type { DataLimits } from '../data-limits.js';

const clock = { monotonicMs: () => performance.now() } as Clock;
const LIMITS: DataLimits = { mostMessageBytes: 65_536, messagesPerSecond: 1e6, bytesPerSecond: 1e9 };

/** The SCTP of werift, which calls unless it is called, and our end of it, over a way that loses what it is told to. */
export class WeriftClient implements Disposable {
  readonly ours: DataChannels;
  readonly heard: DataMessage[] = [];
  readonly ends: DataChannelsEnd[] = [];
  readonly theirs = new RTCSctpTransport();
  /** True for a packet that is lost. */
  loses: (packet: Uint8Array, isOurs: boolean) => boolean = () => false;
  private readonly wheel = new TimerWheel(performance.now());
  private readonly timer = setInterval(() => this.wheel.advance(performance.now()), TICK_MS);

  constructor(limits: Partial<DataLimits> = {}, mostBytes = 65_536, isCalled = false) {
    const dtls = {
      id: 'ours',
      iceTransport: { role: isCalled ? 'controlled' : 'controlling' },
      onStateChange: { subscribe: () => ({ unSubscribe: () => undefined }) },
      dataReceiver: undefined as ((packet: Buffer) => unknown) | undefined,
      sendData: (packet: Buffer) => {
        if (!this.loses(packet, false)) setImmediate(() => this.ours.receive(packet));
        return Promise.resolve();
      },
    };
    this.ours = new DataChannels({
      negotiated: { port: 5000, mostBytes },
      isCaller: isCalled,
      firstStreamId: 1,
      limits: { ...LIMITS, ...limits },
      clock,
      wheel: this.wheel,
      send: (packet) => {
        if (!this.loses(packet, true)) setImmediate(() => void dtls.dataReceiver?.(Buffer.from(packet)));
      },
    });
    this.ours.listenWith({
      message: (message) => this.heard.push(message),
      labelsChanged: () => undefined,
      ended: (reason) => this.ends.push(reason),
    });
    this.theirs.setDtlsTransport(dtls as never);
  }

  /** @returns once the handshake is under way */
  async call(): Promise<void> {
    await this.theirs.start(5000);
  }

  /** A channel that werift opens, with all that it hears on it. */
  open(
    label: string,
    id: number,
    how: Partial<RTCDataChannelParameters> = {},
  ): { channel: RTCDataChannel; heard: (string | Buffer)[] } {
    const parameters = new RTCDataChannelParameters({ label, id, ordered: true, ...how });
    const channel = new RTCDataChannel(this.theirs, parameters);
    const heard: (string | Buffer)[] = [];
    channel.onMessage.subscribe((message) => void heard.push(message));
    return { channel, heard };
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    this.ours.close();
    void this.theirs.stop();
  }
}
