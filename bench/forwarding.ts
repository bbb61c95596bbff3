// What sending a packet to one more viewer costs: rewritten, protected, handed to the kernel, alone and together.
// npm run build && taskset -c 0 node bench/forwarding.ts [--viewers 100] [--packets 2000]
// A sink of its own binds the other end and never reads, so that what is measured is the sender's part.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type * as OutgoingStreamModule from '../src/media/forwarding/outgoing-stream.ts';
import type * as PacketSourceModule from '../src/media/forwarding/packet-source.ts';
import type * as PublisherClockModule from '../src/media/forwarding/publisher-clock.ts';
import type * as SentPacketsModule from '../src/media/forwarding/sent-packets.ts';
import type * as MediaMemoryModule from '../src/media/memory.ts';
import type * as RtpHeaderModule from '../src/media/rtp/packet.ts';
import type * as SrtpSenderModule from '../src/media/srtp/sender.ts';
import type * as srtpCryptoModule from '../src/engine/srtp/node-srtp-crypto.ts';
import type * as DgramUdpPortModule from '../src/engine/udp/dgram-udp-port.ts';
import type * as SlotPoolModule from '../src/engine/udp/slot-pool.ts';
import { importBuilt } from './index-rows/import-built.ts';

const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '100' }, packets: { type: 'string', default: '2000' } },
});
const viewers = Number(values.viewers);
const packets = Number(values.packets);
/** Packets of a picture come together, then others have their turn. */
const BURST = 8;
const PAYLOAD_BYTES = 1100;
const SLOT = 64;
const PLACE = 4096;
const PAYLOAD_TYPE = 96;

const { OutgoingStream } = await importBuilt<typeof OutgoingStreamModule>('media/forwarding/outgoing-stream.js');
const { PacketSource } = await importBuilt<typeof PacketSourceModule>('media/forwarding/packet-source.js');
const { PublisherClock } = await importBuilt<typeof PublisherClockModule>('media/forwarding/publisher-clock.js');
const { SentPackets } = await importBuilt<typeof SentPacketsModule>('media/forwarding/sent-packets.js');
const { MediaMemory } = await importBuilt<typeof MediaMemoryModule>('media/memory.js');
const { RtpHeader } = await importBuilt<typeof RtpHeaderModule>('media/rtp/packet.js');
const { SrtpSender } = await importBuilt<typeof SrtpSenderModule>('media/srtp/sender.js');
const { srtpCrypto } = await importBuilt<typeof srtpCryptoModule>('engine/srtp/node-srtp-crypto.js');
const { DgramUdpPort } = await importBuilt<typeof DgramUdpPortModule>('engine/udp/dgram-udp-port.js');
const { SlotPool } = await importBuilt<typeof SlotPoolModule>('engine/udp/slot-pool.js');

interface Viewer {
  readonly stream: OutgoingStreamModule.OutgoingStream;
  readonly srtp: SrtpSenderModule.SrtpSender;
}

interface Work {
  readonly name: string;
  readonly rewrites: boolean;
  readonly protects: boolean;
  readonly sends: boolean;
}

const WORKS: readonly Work[] = [
  { name: 'rewrite only', rewrites: true, protects: false, sends: false },
  { name: 'protect only', rewrites: false, protects: true, sends: false },
  { name: 'send only', rewrites: false, protects: false, sends: true },
  { name: 'all three', rewrites: true, protects: true, sends: true },
];

const memory = new MediaMemory(new ArrayBuffer(64 << 20), PLACE + 4096);
const header = new RtpHeader();

function makeViewer(
  index: number,
  profile: 'AEAD_AES_128_GCM' | 'AES_CM_128_HMAC_SHA1_80',
  source: PacketSourceModule.PacketSource,
): Viewer {
  const stream = new OutgoingStream(
    {
      kind: 'video',
      ssrc: 1000 + index,
      rtxSsrc: 5000 + index,
      extensions: { mid: { id: 4, value: '0' }, transportSequenceNumber: 3, absoluteCaptureTime: undefined },
      sentPackets: new SentPackets(),
      firstSequence: index,
      firstTimestamp: index,
      firstRtxSequence: index,
    },
    memory.bytes,
  );
  stream.choose(source, [{ sourcePayloadType: PAYLOAD_TYPE, payloadType: 45, rtxPayloadType: 46 }]);
  const key = Uint8Array.from({ length: 16 }, (_, at) => at + index);
  const salt = new Uint8Array(profile === 'AEAD_AES_128_GCM' ? 12 : 14).fill(index);
  return { stream, srtp: new SrtpSender(profile, key, salt, srtpCrypto) };
}

/** A packet as it comes from the publisher, in the clear. */
function receive(source: PacketSourceModule.PacketSource, sequence: number, nowMs: number) {
  const { bytes, view } = memory;
  bytes.fill(sequence & 0xff, SLOT + 12, SLOT + 12 + PAYLOAD_BYTES);
  bytes[SLOT] = 0x80;
  bytes[SLOT + 1] = PAYLOAD_TYPE;
  view.setUint16(SLOT + 2, sequence & 0xffff);
  view.setUint32(SLOT + 4, sequence * 300);
  view.setUint32(SLOT + 8, 7);
  header.parse(bytes, SLOT, 12 + PAYLOAD_BYTES);
  return source.receive(SLOT, header, 12 + PAYLOAD_BYTES, nowMs);
}

async function startSink(): Promise<{ port: number; stop: () => void }> {
  const script = `
    const socket = require('node:dgram').createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => {
      require('node:fs').writeSync(1, socket.address().port + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(line.toString()), stop: () => child.kill('SIGKILL') };
}

/** @returns CPU of this process in microseconds for each packet to each viewer */
async function measure(work: Work, profile: 'AEAD_AES_128_GCM' | 'AES_CM_128_HMAC_SHA1_80'): Promise<number> {
  const sink = await startSink();
  const port = await DgramUdpPort.open({
    port: 0,
    listenAddresses: ['127.0.0.1'],
    memory,
    slots: new SlotPool(memory),
  });
  const remote = { address: '127.0.0.1', port: sink.port, family: 'IPv4' } as const;
  const history = { sizeBytes: 1 << 20, ageMs: 1e9 };
  const source = new PacketSource({ memory, clockRate: 90_000, clock: new PublisherClock(), history });
  const all = Array.from({ length: viewers }, (_, index) => makeViewer(index, profile, source));
  let sequence = 0;
  const forward = ({ stream, srtp }: Viewer, packet: NonNullable<ReturnType<typeof receive>>): void => {
    const { bytes, view } = memory;
    let length = 12 + 8 + PAYLOAD_BYTES;
    if (work.rewrites) length = stream.write(source, packet, bytes, PLACE, sequence);
    else view.setUint16(PLACE + 2, sequence & 0xffff);
    const sealed = work.protects ? srtp.protect(bytes, PLACE, length) : length;
    if (work.sends) port.send(bytes.subarray(PLACE, PLACE + sealed), remote, 0);
  };
  const run = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= BURST) {
      for (let index = 0; index < BURST; index += 1) {
        const packet = receive(source, sequence, sequence);
        sequence += 1;
        if (packet === undefined) throw new Error('A packet was refused.');
        if (!work.rewrites) makePlain(packet.payloadLength);
        for (const viewer of all) forward(viewer, packet);
      }
      await new Promise((done) => setImmediate(done));
    }
  };
  await run(packets / 4);
  const before = process.cpuUsage();
  await run(packets);
  const { user, system } = process.cpuUsage(before);
  await port.close();
  sink.stop();
  source.close();
  return (user + system) / (packets * viewers);
}

/** What rewriting would have made, for those that do not rewrite. */
function makePlain(payloadLength: number): void {
  const { bytes, view } = memory;
  bytes.fill(0, PLACE, PLACE + 20 + payloadLength);
  bytes[PLACE] = 0x90;
  view.setUint16(PLACE + 12, 0xbede);
  view.setUint16(PLACE + 14, 1);
}

console.log(`${viewers} viewers, ${packets} packets of ${PAYLOAD_BYTES} bytes to each, µs of CPU per packet sent`);
for (const profile of ['AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80'] as const)
  for (const work of WORKS) console.log(`${profile}, ${work.name}: ${(await measure(work, profile)).toFixed(2)}`);
