// Opens data channels by WHIP or WHEP with libdatachannel, with a track of pictures (of which none is sent) or alone.
// node datachannel-talker.ts '{"url": "http://…/whep/cam", "channels": {"chat": {}}, "isDataOnly": true}'
// A line of JSON on stdin is said ({"label", "content": text or list of bytes}); on stdout each line is an event: open, heard.
import { createInterface } from 'node:readline';
import * as datachannel from 'node-datachannel';
import { exchange } from './exchange.ts';

interface Order {
  readonly url: string;
  readonly channels: Readonly<Record<string, datachannel.DataChannelInitConfig>>;
  readonly isDataOnly?: boolean;
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const tell = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
/** Everything is offered at once, when it is there. */
const peer = new datachannel.PeerConnection('talker', { iceServers: [], disableAutoNegotiation: true });
const channels = new Map<string, datachannel.DataChannel>();
/** Kept: the connection forgets them otherwise. */
const tracks: datachannel.Track[] = [];

if (order.isDataOnly !== true) {
  const video = new datachannel.Video('video', order.url.includes('/whip/') ? 'SendOnly' : 'RecvOnly');
  video.addH264Codec(102, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
  if (order.url.includes('/whip/')) video.addSSRC(1, 'talker', 'talker', 'video');
  tracks.push(peer.addTrack(video));
}
const opened = Object.entries(order.channels).map(([label, how]) => {
  const channel = peer.createDataChannel(label, how);
  channels.set(label, channel);
  channel.onMessage((message) => {
    const content = typeof message === 'string' ? message : [...Buffer.from(message as Buffer)];
    tell({ event: 'heard', label, content });
  });
  return new Promise<void>((done) => channel.onOpen(done));
});
await exchange(peer, order.url);
await Promise.all(opened);
tell({ event: 'open' });
createInterface({ input: process.stdin }).on('line', (line) => {
  const { label, content } = JSON.parse(line) as { label: string; content: string | number[] };
  const channel = channels.get(label);
  if (typeof content === 'string') channel?.sendMessage(content);
  else channel?.sendMessageBinary(Buffer.from(content));
});
