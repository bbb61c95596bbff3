// A publisher on libdatachannel that keeps to ICE, DTLS and SRTP and to nothing above: raw RTP and RTCP, made up here.
// node liar.ts '{"url": "http://…/whip/liar", "lie": "parameters", "seconds": 6}' ; one JSON line per event on stdout.
import { randomInt } from 'node:crypto';
import * as datachannel from 'node-datachannel';
import { exchange } from './exchange.ts';
import { lies, type Sent } from './lies.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as { url: string; lie: string; seconds: number };
const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
const lie = lies[order.lie];
/** As many packets as the kernel's buffers take at once. */
const BURST = 100;

function isOpen(track: datachannel.Track): Promise<void> {
  return new Promise((done) => {
    track.onOpen(done);
    if (track.isOpen()) done();
  });
}

async function connect(peer: datachannel.PeerConnection): Promise<string> {
  const connected = new Promise<void>((done, failed) => {
    peer.onStateChange((state) => {
      if (state === 'connected') done();
      if (state === 'failed' || state === 'closed') failed(new Error(`The connection is ${state}.`));
    });
  });
  connected.catch(() => undefined);
  const session = await exchange(peer, order.url);
  await connected;
  return session.href;
}

function offerVideo(codec: 'H264' | 'VP9' | 'AV1'): datachannel.Video {
  const media = new datachannel.Video('video', 'SendOnly');
  if (codec === 'H264') media.addH264Codec(102, 'packetization-mode=1;profile-level-id=42e01f');
  if (codec === 'VP9') media.addVP9Codec(102);
  if (codec === 'AV1') media.addAV1Codec(102);
  return media;
}

/** RFC 3550 section 5.1. */
function rtp({ payloadType = 102, marker = false, sequenceNumber, timestamp, ssrc, payload }: Sent): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = (marker ? 0x80 : 0) | payloadType;
  header.writeUInt16BE(sequenceNumber & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

async function main(): Promise<void> {
  if (lie === undefined) throw new Error(`No lie ${order.lie}.`);
  const peer = new datachannel.PeerConnection('liar', { iceServers: [] });
  const media = offerVideo(lie.codec ?? 'H264');
  const ssrc = randomInt(1, 2 ** 31);
  media.addSSRC(ssrc, 'liar', 'liar', 'video');
  const track = peer.addTrack(media);
  const session = await connect(peer);
  await isOpen(track);
  say({ event: 'connected' });
  const end = Date.now() + order.seconds * 1000;
  let packets = 0;
  const send = (bytes: Uint8Array): void => {
    packets++;
    track.sendMessageBinary(Buffer.from(bytes));
  };
  for (const packet of lie.packets(ssrc)) {
    send(packet instanceof Uint8Array ? packet : rtp({ ssrc, ...packet }));
    if (packets % BURST === 0) await new Promise((done) => setTimeout(done, (1000 * BURST) / lie.packetsPerSecond));
    if (Date.now() > end || !track.isOpen()) break;
  }
  say({ event: 'finished', packets });
  await new Promise((done) => setTimeout(done, 500));
  await fetch(session, { method: 'DELETE' });
  peer.close();
  say({ event: 'ended' });
  process.exit(0);
}

main().catch((error: unknown) => {
  say({ event: 'error', message: String(error) });
  process.exit(1);
});
