import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './wait.js';

const PROJECT = resolve(__dirname, '../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');

interface PublisherEvent {
  readonly event: 'state' | 'connected' | 'refused' | 'sent' | 'finished' | 'ended' | 'error';
  readonly kind?: 'video' | 'audio';
  readonly hash?: string;
  readonly message?: string;
  /** Of those who sent a frame. */
  readonly by?: readonly number[];
  /** Of the one who has a new connection. */
  readonly place?: number;
}

/** What one of several publishers handed over on one connection, and when. */
export interface SentOnConnection {
  readonly video: SentFrame[];
  readonly audio: SentFrame[];
}

interface SentFrame {
  readonly hash: string;
  /** On this machine's monotonic clock; never too early. */
  readonly atMs: number;
}

export interface PublisherOrder {
  /** WHIP endpoints: one connection each, the same frames to all. */
  readonly urls: readonly string[];
  /** Bearer token of a server that wants one. For libdatachannel only. */
  readonly token?: string;
  /** A file of `makeMedia`, or several that are sent one after another. */
  readonly media: string | readonly string[];
  /** What the media's pictures are: H264 unless told. For libdatachannel only. */
  readonly codec?: 'H264' | 'H265' | 'VP8' | 'VP9' | 'AV1';
  /** Pictures as RTP payloads, for a codec that libdatachannel cannot packetize. */
  readonly packets?: string;
  readonly loops?: number;
  /** So much later than the first the last begins to send. For libdatachannel only. */
  readonly spreadSeconds?: number;
  readonly lingerMs?: number;
  /** Publishes anew when its connection is lost; what it cannot send meanwhile is gone. */
  readonly reconnects?: boolean;
  /** Waits as long as a refusal says (`Retry-After`), and tries again. */
  readonly isPatient?: boolean;
  /** Keeps account of each publisher by itself: see {@link Publisher.connectionsOf}. */
  readonly names?: boolean;
  readonly quiet?: boolean;
  /** Offers to send lost sound again (NACK), as it does with pictures. For libdatachannel only. */
  readonly repairsSound?: boolean;
  /** Of its process, beside that of this one. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly audio?: boolean;
  readonly video?: boolean;
  /** Offered, and then nothing is sent. */
  readonly mute?: readonly ('video' | 'audio')[];
  /** From when to when a kind is sent, seconds from the start; by default throughout. */
  readonly spans?: Readonly<Partial<Record<'video' | 'audio', readonly [fromSeconds: number, toSeconds: number]>>>;
}

/** For a sender of raw packets, test/support/publishers/liar.ts. */
export interface LiarOrder {
  readonly url: string;
  /** Of test/support/publishers/lies.ts. */
  readonly lie: string;
  readonly seconds: number;
}

/** A real WebRTC sender in a process of its own, which can be ended as hard as a lost laptop. */
export class Publisher implements AsyncDisposable {
  /** Hashes of the frames it handed to its network stack, in that order. */
  readonly sent = { video: [] as string[], audio: [] as string[] };
  /** When each was handed over, on this machine's monotonic clock. */
  readonly sentAtMs = { video: [] as number[], audio: [] as number[] };
  private readonly connections = new Map<number, SentOnConnection[]>();
  private audioBeforeFirstPicture = 0;
  private readonly events = new Set<string>();
  private failure: string | undefined;
  private readonly child: ChildProcess;

  private constructor(kind: 'datachannel' | 'ffmpeg' | 'liar', order: PublisherOrder | LiarOrder) {
    const script = join(PROJECT, `test/support/publishers/${kind}.ts`);
    const environment = 'environment' in order ? order.environment : undefined;
    this.child = spawn(NODE, ['--no-warnings', script, JSON.stringify(order)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    if (this.child.stdout === null) throw new Error('The publisher has no output.');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.take(JSON.parse(line) as PublisherEvent);
    });
    this.child.once('exit', () => this.events.add('exit'));
  }

  /** @returns when it is connected and sends */
  static async start(kind: 'datachannel' | 'ffmpeg', order: PublisherOrder): Promise<Publisher>;
  static async start(kind: 'liar', order: LiarOrder): Promise<Publisher>;
  static async start(kind: 'datachannel' | 'ffmpeg' | 'liar', order: PublisherOrder | LiarOrder): Promise<Publisher> {
    const publisher = new Publisher(kind, order);
    await publisher.happens('connected');
    return publisher;
  }

  /** One that nobody has waited for yet: it may be refused first. */
  static begin(order: PublisherOrder): Publisher {
    return new Publisher('datachannel', order);
  }

  async connected(): Promise<void> {
    await this.happens('connected');
  }

  get hasEnded(): boolean {
    return this.events.has('ended') || this.events.has('exit');
  }

  /** What the publisher of the URL at that place sent on each of its connections. For one that `names`. */
  connectionsOf(place: number): readonly SentOnConnection[] {
    return this.connections.get(place) ?? [];
  }

  /** An endpoint has turned it away. */
  async refused(): Promise<void> {
    await this.happens('refused');
  }

  /** It has sent everything and said goodbye with DELETE. */
  async ended(limitMs = 120_000): Promise<void> {
    await this.happens('ended', limitMs);
  }

  /** Asks it to stop early and say goodbye. */
  async end(): Promise<void> {
    this.child.stdin?.write('end\n');
    await this.ended();
  }

  /** What a recording owes: every picture (the first one is a key frame), and the audio frames that left after the first of them. */
  get owed(): { readonly video: readonly string[]; readonly audio: readonly string[] } {
    return { video: this.sent.video, audio: this.sent.audio.slice(this.audioBeforeFirstPicture) };
  }

  /**
   * Goes on with another server, or the same that was started anew, without a goodbye to the one before. For one that `reconnects`.
   * @returns when it is connected there
   */
  async move(url: string): Promise<void> {
    this.events.delete('connected');
    this.child.stdin?.write(`move ${url}\n`);
    await this.happens('connected');
  }

  /** How many frames it handed over, of either kind. */
  get sentFrames(): { videoFrames: number; audioFrames: number; audioFramesBeforePicture: number } {
    const { video, audio } = this.sent;
    const audioFramesBeforePicture = this.audioBeforeFirstPicture;
    return { videoFrames: video.length, audioFrames: audio.length, audioFramesBeforePicture };
  }

  /** No goodbye: neither DELETE nor DTLS close_notify. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await until(() => this.events.has('exit'), 'the publisher is gone');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.events.has('exit')) await this.kill();
  }

  private async happens(event: PublisherEvent['event'], limitMs = 30_000): Promise<void> {
    await until(
      () => this.events.has(event) || this.failure !== undefined || this.events.has('exit'),
      `the publisher is ${event}`,
      limitMs,
    );
    if (!this.events.has(event)) throw new Error(`The publisher failed: ${this.failure ?? 'it ended'}`);
  }

  private take(event: PublisherEvent): void {
    this.events.add(event.event);
    if (event.event === 'connected' && event.place !== undefined) this.beginConnection(event.place);
    if (event.event === 'error') this.failure = event.message ?? 'unknown';
    if (event.event === 'sent' && event.kind !== undefined && event.hash !== undefined) {
      if (event.kind === 'audio' && this.sent.video.length === 0) this.audioBeforeFirstPicture++;
      this.sent[event.kind].push(event.hash);
      this.sentAtMs[event.kind].push(performance.now());
      for (const place of event.by ?? []) this.sendingConnection(place)[event.kind].push(frameNow(event.hash));
    }
  }

  private beginConnection(place: number): SentOnConnection {
    const connection = { video: [], audio: [] };
    this.connections.set(place, [...this.connectionsOf(place), connection]);
    return connection;
  }

  private sendingConnection(place: number): SentOnConnection {
    return this.connectionsOf(place).at(-1) ?? this.beginConnection(place);
  }
}

function frameNow(hash: string): SentFrame {
  return { hash, atMs: performance.now() };
}
