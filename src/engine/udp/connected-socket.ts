import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import type { WasmMemory } from '../../media/kernels/web-assembly.js';
import type { MediaMemory } from '../../media/memory.js';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import { DescriptorCalls, takeFromLoop } from './descriptor-calls.js';
import { bindSocket, closeSocket } from './dgram-udp-port.js';

/** Some 400 ms of a stream of 20 Mbit/s. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** A socket that is bound and not yet connected hears everybody: for so long it must have heard none but its peer. */
const SETTLE_MS = 20;

export interface ConnectedSocketOptions {
  readonly bound: TransportAddress;
  readonly remote: TransportAddress;
  readonly memory: MediaMemory;
  readonly block: WasmMemory;
  /** For `DescriptorCalls`. */
  readonly list: number;
  /** Datagrams of the peer from before the socket is read by `calls`. */
  readonly heard: (message: Buffer, from: RemoteInfo) => void;
  /** Those of others from before the socket was connected. */
  readonly overheard: (message: Buffer, from: RemoteInfo) => void;
  /** When everything is heard that came before the socket was connected, by those of the strangers. */
  readonly othersHeard: () => Promise<void>;
  /** It was opened, and is of no use any more: it is to be closed. */
  readonly failed: (error: unknown) => void;
}

/** A second socket on the port, connected to one peer: the system hands it what comes from there, and nothing else. */
export class ConnectedSocket {
  /** Undefined until the socket can be drained by them. */
  calls: DescriptorCalls | undefined;
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  /** What the peer sent waits for what it sent before, which may be on its way here by another thread; undefined afterwards. */
  private waiting: (() => void)[] | undefined = [];
  /** Messages that came by Node, and those of them that were of others. */
  private heardCount = 0;
  private overheardCount = 0;

  constructor(private readonly options: ConnectedSocketOptions) {}

  /** @throws the system's error; the socket is closed then */
  async open(): Promise<void> {
    const { bound, remote, heard, overheard } = this.options;
    const socket = await bindSocket(bound.address, bound.port, RECEIVE_BUFFER_BYTES, true);
    socket.on('error', (error) => this.broke(error));
    socket.on('message', (message, from) => {
      this.heardCount += 1;
      if (from.port === remote.port && from.address === remote.address) {
        if (this.waiting === undefined) heard(message, from);
        else this.waiting.push(() => heard(message, from));
      } else {
        this.overheardCount += 1;
        overheard(message, from);
      }
    });
    if (this.isClosed) return closeSocket(socket);
    this.socket = socket;
    socket.connect(remote.port, remote.address);
    await once(socket, 'connect');
    await this.options.othersHeard();
    this.hearWaiting();
    this.settle(socket);
  }

  /** Idempotent. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.timer);
    this.hearWaiting();
    this.calls = undefined;
    if (this.socket !== undefined) void closeSocket(this.socket);
  }

  private hearWaiting(): void {
    const { waiting = [] } = this;
    this.waiting = undefined;
    for (const hear of waiting) hear();
  }

  private settle(socket: Socket): void {
    if (this.isClosed) return;
    const { overheardCount } = this;
    this.timer = setTimeout(() => this.takeOverWhenRead(socket, overheardCount), SETTLE_MS);
  }

  /** After a stall the timer is due before the socket is read: what others sent lies there until a poll has brought nothing. */
  private takeOverWhenRead(socket: Socket, overheardBefore: number): void {
    const { heardCount } = this;
    setImmediate(() => {
      if (this.overheardCount > overheardBefore) this.settle(socket);
      else if (this.heardCount > heardCount) this.takeOverWhenRead(socket, overheardBefore);
      else this.takeOver(socket);
    });
  }

  private takeOver(socket: Socket): void {
    if (this.isClosed) return;
    const { memory, block, list, failed } = this.options;
    try {
      this.calls = new DescriptorCalls(takeFromLoop(socket), memory, block, list);
    } catch (error) {
      failed(error);
    }
  }

  /** While Node reads it, it says what the network refused of what was sent: the peer may hear the next. */
  private broke(error: Error): void {
    if (this.calls !== undefined) this.options.failed(error);
  }
}
