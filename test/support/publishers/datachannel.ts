// A publisher on libdatachannel: sends the pictures and audio frames of a Matroska file in real time, as often as asked.
// node datachannel.ts '{"urls": ["http://…/whip/cam"], "media": "file.mkv", "loops": 1}' ; one JSON line per event on stdout.
// On stdin: "end" stops early and says goodbye, "move URL" publishes there from now on.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import * as datachannel from 'node-datachannel';
import { offerOf } from './exchange.ts';
import { hashAudioFrame, hashPicture, splitLengthPrefixed } from '../access-unit.ts';
import { RtpHeaders, type VideoCodecName, readPayloads, videoCodecs } from './datachannel-video.ts';
import { schedule } from './schedule.ts';

interface Frame {
  readonly kind: 'video' | 'audio';
  /** One message, or what goes into each packet. */
  readonly payloads: readonly Buffer[];
  readonly timestampSeconds: number;
  /** When it is handed to the network, from the start of the file: decoding order. */
  readonly dueSeconds: number;
  readonly hash: string;
}

interface Order {
  readonly token?: string;
  readonly urls: readonly string[];
  /** Several are sent one after another, as one file. */
  readonly media: string | readonly string[];
  /** What the media's pictures are: H264 unless told. */
  readonly codec?: VideoCodecName;
  /** Pictures as RTP payloads, for a codec that libdatachannel cannot packetize. */
  readonly packets?: string;
  readonly loops?: number;
  /** So much later than the first the last begins to send, the others in between: their key frames do not come at once. */
  readonly spreadSeconds?: number;
  /** So many connect one after another; the others, all by default, at the same time. */
  readonly inTurn?: number;
  /** How long it stays when it has sent everything: 0 says goodbye with the last packet. */
  readonly lingerMs?: number;
  /** Publishes anew when its connection is lost; what it cannot send meanwhile is gone. */
  readonly reconnects?: boolean;
  /** Tries again after a refusal, the first one too, when the time is over that the answer asks for (`Retry-After`). */
  readonly isPatient?: boolean;
  /** Says of each frame which publishers sent it: places in `urls`. */
  readonly names?: boolean;
  /** Says nothing of single frames: a load test asks for totals only. */
  readonly quiet?: boolean;
  /** Offers to send sound again that was lost (NACK), as Chromium can be told to; pictures are sent again always. */
  readonly repairsSound?: boolean;
  readonly audio?: boolean;
  readonly video?: boolean;
  /** Offered, and then nothing is sent. */
  readonly mute?: readonly ('video' | 'audio')[];
  /** From when to when a kind is sent, seconds from the start; by default throughout. */
  readonly spans?: { readonly video?: Span; readonly audio?: Span };
}

type Span = readonly [fromSeconds: number, toSeconds: number];
const VIDEO_PAYLOAD_TYPE = 102;
const AUDIO_PAYLOAD_TYPE = 111;

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const authorization = order.token === undefined ? {} : { authorization: `Bearer ${order.token}` };
const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
const wants = (kind: 'video' | 'audio'): boolean => order[kind] !== false;
const sends = (kind: 'video' | 'audio'): boolean => wants(kind) && order.mute?.includes(kind) !== true;
const isInSpan = (kind: 'video' | 'audio', seconds: number): boolean => {
  const [from, to] = order.spans?.[kind] ?? [0, Infinity];
  return seconds >= from && seconds < to;
};

async function readFrames(path: string): Promise<Frame[]> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(await readFile(path)) });
  const frames: Frame[] = [];
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  const pictures = order.packets === undefined ? undefined : await readPayloads(order.packets);
  let index = 0;
  if (video !== null && sends('video')) {
    for await (const packet of new EncodedPacketSink(video).packets()) {
      const data = Buffer.from(packet.data);
      const hash = order.codec === undefined ? hashPicture(splitLengthPrefixed(data)) : hashAudioFrame(data);
      const payloads = pictures === undefined ? [data] : (pictures[index] ?? []);
      frames.push({ kind: 'video', payloads, timestampSeconds: packet.timestamp, dueSeconds: index++ / 30, hash });
    }
  }
  if (audio !== null && sends('audio')) {
    for await (const packet of new EncodedPacketSink(audio).packets()) {
      const data = Buffer.from(packet.data);
      frames.push({
        kind: 'audio',
        payloads: [data],
        timestampSeconds: packet.timestamp,
        dueSeconds: packet.timestamp,
        hash: hashAudioFrame(data),
      });
    }
  }
  return frames.sort((a, b) => a.dueSeconds - b.dueSeconds);
}

/** Of the kind that leads, to the end of its last frame. */
function lengthOf(frames: readonly Frame[]): number {
  const leader = sends('video') ? 'video' : 'audio';
  return Math.max(...frames.filter(({ kind }) => kind === leader).map(({ dueSeconds }) => dueSeconds)) + 1 / 30;
}

/** The frames of files that follow each other. */
async function readAll(paths: readonly string[]): Promise<{ frames: Frame[]; lengthSeconds: number }> {
  const frames: Frame[] = [];
  let lengthSeconds = 0;
  for (const path of paths) {
    const part = await readFrames(path);
    for (const frame of part) {
      const { timestampSeconds, dueSeconds } = frame;
      frames.push({
        ...frame,
        timestampSeconds: timestampSeconds + lengthSeconds,
        dueSeconds: dueSeconds + lengthSeconds,
      });
    }
    lengthSeconds += lengthOf(part);
  }
  return { frames, lengthSeconds };
}

interface SendingTrack {
  readonly track: datachannel.Track;
  readonly config: datachannel.RtpPacketizationConfig;
  readonly headers: RtpHeaders | undefined;
}

/** A new connection that is not there by then is given up for another. */
const RECONNECT_MS = order.isPatient === true ? 15_000 : 3_000;

/** An endpoint that asks for patience. */
class Refusal extends Error {
  readonly retryAfterMs: number;

  constructor(status: number, retryAfter: string | null, text: string) {
    super(`WHIP ${status}: ${text}`);
    this.retryAfterMs = Number(retryAfter ?? 0) * 1000;
  }
}

const waits = async (error: unknown): Promise<void> => {
  if (order.isPatient !== true || !(error instanceof Refusal)) return;
  await new Promise((done) => setTimeout(done, error.retryAfterMs));
};

class Publisher {
  private readonly peer = new datachannel.PeerConnection('publisher', { iceServers: [] });
  private readonly tracks = new Map<string, SendingTrack>();
  /** Where this connection, or the one after it, is asked for. */
  url: string;
  private session = '';
  private isLost = false;

  constructor(url: string) {
    this.url = url;
    if (wants('audio')) this.addAudio();
    if (wants('video')) this.addVideo();
  }

  async connect(): Promise<void> {
    const connected = new Promise<void>((done, failed) => {
      this.peer.onStateChange((state) => {
        say({ event: 'state', url: this.url, state });
        if (state === 'connected') done();
        this.isLost = state === 'disconnected' || state === 'failed' || state === 'closed';
        if (state === 'failed' || state === 'closed') failed(new Error(`The connection is ${state}.`));
      });
    });
    connected.catch(() => undefined);
    const described = await offerOf(this.peer);
    const opus = `a=rtpmap:${AUDIO_PAYLOAD_TYPE} opus/48000/2`;
    const offer =
      order.repairsSound === true
        ? described.replace(opus, `${opus}\r\na=rtcp-fb:${AUDIO_PAYLOAD_TYPE} nack`)
        : described;
    const postedMs = performance.now();
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', ...authorization },
      body: offer,
    });
    if (response.status !== 201) {
      say({ event: 'refused', url: this.url, status: response.status });
      throw new Refusal(response.status, response.headers.get('retry-after'), await response.text());
    }
    this.session = new URL(response.headers.get('location') ?? '', response.url).href;
    this.peer.setRemoteDescription(await response.text(), 'answer');
    await connected;
    say({ event: 'set-up', url: this.url, ms: performance.now() - postedMs });
    await Promise.all([...this.tracks.values()].map(({ track }) => isOpen(track)));
  }

  send(frame: Frame, loopSeconds: number): boolean {
    const entry = this.tracks.get(frame.kind);
    if (entry === undefined) return false;
    const { track, config, headers } = entry;
    if (order.reconnects === true && !track.isOpen()) return false;
    config.timestamp = Math.round((frame.timestampSeconds + loopSeconds) * config.clockRate) >>> 0;
    const messages = headers?.packets(frame.payloads, config.timestamp) ?? frame.payloads;
    return messages.map((message) => track.sendMessageBinary(message)).every(Boolean);
  }

  /** @returns why it did not come to a connection */
  private tryToConnect(): Promise<unknown> {
    return this.connect().then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  get needsSuccessor(): boolean {
    return order.reconnects === true && this.isLost;
  }

  /** @returns itself, or for a patient one whoever was let in at last */
  async begin(): Promise<Publisher> {
    if (order.isPatient === true) return this.succeed();
    await this.connect();
    return this;
  }

  /** Tries until the network is back. */
  async succeed(): Promise<Publisher> {
    this.peer.close();
    for (;;) {
      const successor = new Publisher(this.url);
      const tooLate = new Promise((done) => setTimeout(done, RECONNECT_MS, new Error('It took too long.')));
      const failure = await Promise.race([successor.tryToConnect(), tooLate]);
      if (failure === undefined) return successor;
      successor.peer.close();
      await waits(failure);
    }
  }

  async end(): Promise<void> {
    await fetch(this.session, { method: 'DELETE', headers: authorization });
    this.peer.close();
  }

  private addVideo(): void {
    const codec = videoCodecs[order.codec ?? 'H264'];
    const ssrc = 1000 + Math.floor(Math.random() * 1e9);
    const media = new datachannel.Video('video', 'SendOnly');
    codec.describe(media, VIDEO_PAYLOAD_TYPE);
    media.addSSRC(ssrc, 'publisher', 'publisher', 'video');
    const track = this.peer.addTrack(media);
    const config = new datachannel.RtpPacketizationConfig(ssrc, 'publisher', VIDEO_PAYLOAD_TYPE, 90_000);
    const headers = order.packets === undefined ? undefined : new RtpHeaders(ssrc, VIDEO_PAYLOAD_TYPE);
    track.setMediaHandler(chain(config, headers === undefined ? codec.createPacketizer?.(config) : undefined));
    this.tracks.set('video', { track, config, headers });
  }

  private addAudio(): void {
    const ssrc = 1000 + Math.floor(Math.random() * 1e9);
    const media = new datachannel.Audio('audio', 'SendOnly');
    media.addOpusCodec(AUDIO_PAYLOAD_TYPE);
    media.addSSRC(ssrc, 'publisher', 'publisher', 'audio');
    const track = this.peer.addTrack(media);
    const config = new datachannel.RtpPacketizationConfig(ssrc, 'publisher', AUDIO_PAYLOAD_TYPE, 48_000);
    track.setMediaHandler(chain(config, new datachannel.RtpPacketizer(config)));
    this.tracks.set('audio', { track, config, headers: undefined });
  }
}

/** Sender reports and retransmission behind what makes packets, if anything has to. */
function chain(
  config: datachannel.RtpPacketizationConfig,
  packetizer: datachannel.MediaHandler | undefined,
): datachannel.MediaHandler {
  const reporter = new datachannel.RtcpSrReporter(config);
  packetizer?.addToChain(reporter);
  const first = packetizer ?? reporter;
  first.addToChain(new datachannel.RtcpNackResponder());
  return first;
}

const isOpen = (track: datachannel.Track): Promise<void> =>
  new Promise((done) => {
    track.onOpen(done);
    if (track.isOpen()) done();
  });

/** Replaces those whose connection is lost, each in its own time. */
class Successions {
  private readonly underway = new Set<number>();
  private readonly publishers: Publisher[];

  constructor(publishers: Publisher[]) {
    this.publishers = publishers;
  }

  begin(): void {
    for (const [place, publisher] of this.publishers.entries()) {
      if (publisher.needsSuccessor) this.replace(place, publisher);
    }
  }

  /** Leaves all connections as they are, without a word, for one with another server. */
  move(url: string): void {
    for (const [place, publisher] of this.publishers.entries()) {
      publisher.url = url;
      this.replace(place, publisher);
    }
  }

  private replace(place: number, publisher: Publisher): void {
    if (this.underway.has(place)) return;
    this.underway.add(place);
    void publisher.succeed().then((successor) => {
      this.publishers[place] = successor;
      this.underway.delete(place);
      say({ event: 'connected', place });
    });
  }
}

/** Whoever is let in takes the place of whom it tried for. */
async function beginAll(publishers: Publisher[]): Promise<void> {
  const begin = async (publisher: Publisher, place: number): Promise<void> => {
    publishers[place] = await publisher.begin();
  };
  const inTurn = order.inTurn ?? 0;
  for (const [place, publisher] of publishers.slice(0, inTurn).entries()) await begin(publisher, place);
  await Promise.all(publishers.slice(inTurn).map((publisher, index) => begin(publisher, inTurn + index)));
}

async function main(): Promise<void> {
  const { frames, lengthSeconds } = await readAll([order.media].flat());
  const publishers = order.urls.map((url) => new Publisher(url));
  const sendings = schedule(frames, publishers.length, order.spreadSeconds ?? 0);
  await beginAll(publishers);
  say({ event: 'connected' });
  const successions = new Successions(publishers);
  const end = new AbortController();
  createInterface({ input: process.stdin }).on('line', (line) => {
    const [word, url] = line.split(' ');
    if (word === 'move' && url !== undefined) successions.move(url);
    else end.abort();
  });
  const isEnded = (): boolean => end.signal.aborted;
  const start = performance.now();
  const loops = order.loops ?? 1;
  let mostLateMs = 0;
  for (let loop = 0; loop < loops && !isEnded(); loop++) {
    for (const { frame, dueSeconds, from, until } of sendings) {
      if (isEnded()) break;
      if (!isInSpan(frame.kind, loop * lengthSeconds + dueSeconds)) continue;
      const dueMs = start + (loop * lengthSeconds + dueSeconds) * 1000;
      const waitMs = dueMs - performance.now();
      if (waitMs > 1) await new Promise((done) => setTimeout(done, waitMs));
      mostLateMs = Math.max(mostLateMs, performance.now() - dueMs);
      successions.begin();
      const sent = publishers.slice(from, until).map((publisher) => publisher.send(frame, loop * lengthSeconds));
      if (order.quiet !== true && from === 0) {
        const by = order.names === true ? sent.flatMap((ok, place) => (ok ? [place] : [])) : undefined;
        say({ event: 'sent', kind: frame.kind, hash: frame.hash, ok: sent.every(Boolean), by });
      }
    }
  }
  // What was handed over last is still in the socket's queue.
  if (order.lingerMs !== 0) await new Promise((done) => setTimeout(done, order.lingerMs ?? 300));
  say({ event: 'finished', mostLateMs });
  await Promise.all(publishers.map((publisher) => publisher.end()));
  say({ event: 'ended' });
  process.exit(0);
}

main().catch((error: unknown) => {
  say({ event: 'error', message: String(error) });
  process.exit(1);
});
