// A publisher on werift: sends RTP packets that are ready. Prints one line of JSON: the frames that it sent.
// node werift.ts '{"whipUrl": "http://…/whip/cam", "codec": "VP9", "packets": "file.jsonl"}'
import { readFile } from 'node:fs/promises';
import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  RtpPacket,
  useNACK,
  useOPUS,
  usePLI,
} from 'werift';
import type { RtpLine } from '../flash-and-beep.ts';

interface Order {
  readonly whipUrl: string;
  readonly codec: string;
  /** JSON lines, an `RtpLine` each. */
  readonly packets: string;
}

type Kind = RtpLine['kind'];

const CONNECT_LIMIT_MS = 15_000;
/** What was handed over last is still in the socket's queue. */
const SETTLE_MS = 300;
const PARAMETERS: Readonly<Record<string, string>> = {
  H264: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  H265: 'level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST',
  VP9: 'profile-id=0',
};

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const wait = (durationMs: number): Promise<void> => new Promise((done) => setTimeout(done, durationMs));

function videoCodec(name: string): RTCRtpCodecParameters {
  const parameters = PARAMETERS[name];
  return new RTCRtpCodecParameters({
    mimeType: `video/${name}`,
    clockRate: 90_000,
    rtcpFeedback: [useNACK(), usePLI()],
    ...(parameters === undefined ? {} : { parameters }),
  });
}

/** One track: werift gives its packets their SSRC and payload type. */
class Sender {
  readonly track: MediaStreamTrack;
  private readonly frames = new Set<number>();
  private readonly timestampOrigin = Math.floor(Math.random() * 2 ** 32);
  private sequenceNumber = Math.floor(Math.random() * 2 ** 16);

  constructor(kind: Kind) {
    this.track = new MediaStreamTrack({ kind });
  }

  get sent(): number {
    return this.frames.size;
  }

  send({ frame, timestamp, marker, payload }: RtpLine): void {
    this.sequenceNumber = (this.sequenceNumber + 1) % 2 ** 16;
    const header = new RtpHeader({
      sequenceNumber: this.sequenceNumber,
      timestamp: (this.timestampOrigin + timestamp) % 2 ** 32,
      marker,
    });
    this.track.writeRtp(new RtpPacket(header, Buffer.from(payload, 'base64')));
    this.frames.add(frame);
  }
}

/** @returns the session's URL, once ICE and DTLS are done */
async function connect(peer: RTCPeerConnection): Promise<string> {
  const connected = new Promise<void>((done) => {
    peer.connectionStateChange.subscribe((state) => {
      if (state === 'connected') done();
    });
  });
  await peer.setLocalDescription(await peer.createOffer());
  const response = await fetch(order.whipUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: peer.localDescription?.sdp ?? '',
  });
  if (response.status !== 201) throw new Error(`WHIP ${response.status}: ${await response.text()}`);
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  const late = wait(CONNECT_LIMIT_MS).then(() => {
    throw new Error(`Not connected, but ${peer.connectionState}.`);
  });
  await Promise.race([connected, late]);
  return new URL(response.headers.get('location') ?? '', order.whipUrl).href;
}

/** @returns how many frames of sound left before the first picture */
async function play(senders: Readonly<Record<Kind, Sender>>): Promise<number> {
  const lines = (await readFile(order.packets, 'utf8')).trim().split('\n');
  const start = performance.now();
  let audioFramesBeforePicture: number | undefined;
  for (const line of lines.map((text) => JSON.parse(text) as RtpLine)) {
    const waitMs = start + line.dueSeconds * 1000 - performance.now();
    if (waitMs > 1) await wait(waitMs);
    if (line.kind === 'video') audioFramesBeforePicture ??= senders.audio.sent;
    senders[line.kind].send(line);
  }
  return audioFramesBeforePicture ?? senders.audio.sent;
}

async function main(): Promise<void> {
  const codecs = { audio: [useOPUS()], video: [videoCodec(order.codec)] };
  const peer = new RTCPeerConnection({ codecs, iceServers: [], iceAdditionalHostAddresses: ['127.0.0.1'] });
  const senders = { audio: new Sender('audio'), video: new Sender('video') };
  for (const { track } of Object.values(senders)) peer.addTransceiver(track, { direction: 'sendonly' });
  const session = await connect(peer);
  const audioFramesBeforePicture = await play(senders);
  await wait(SETTLE_MS);
  await fetch(session, { method: 'DELETE' });
  const sent = { videoFrames: senders.video.sent, audioFrames: senders.audio.sent, audioFramesBeforePicture };
  process.stdout.write(`${JSON.stringify(sent)}\n`, () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`, () => process.exit(1));
});
