// What sending a packet to one more viewer costs: rewritten, protected, handed to the kernel, alone and together.
// npm run build && taskset -c 0 node bench/forwarding.ts [--viewers 100] [--packets 80] [--together 1,8] [--srtp node,wasm] [--send dgram,fd]
// Sinks bind the other end and never read, so that what is measured is the sender's part.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type * as OutgoingStreamModule from '../src/media/forwarding/outgoing-stream.ts';
import type * as PacketSourceModule from '../src/media/forwarding/packet-source.ts';
import type * as PublisherClockModule from '../src/media/forwarding/publisher-clock.ts';
import type * as SentPacketsModule from '../src/media/forwarding/sent-packets.ts';
import type * as RtpHeaderModule from '../src/media/rtp/packet.ts';
import type * as SrtpSenderModule from '../src/media/srtp/sender.ts';
import type { SrtpProfile } from '../src/media/srtp/profile.ts';
import type * as PacketBatchModule from '../src/engine/forwarding/packet-batch.ts';
import type * as SendRingModule from '../src/engine/forwarding/send-ring.ts';
import type * as kernelSpaceModule from '../src/engine/srtp/kernel-space.ts';
import type * as kernelSrtpCryptoModule from '../src/engine/srtp/kernel-srtp-crypto.ts';
import type * as nodeSrtpCryptoModule from '../src/engine/srtp/node-srtp-crypto.ts';
import type * as DgramUdpPortModule from '../src/engine/udp/dgram-udp-port.ts';
import type * as FdUdpPortModule from '../src/engine/udp/fd-udp-port.ts';
import type * as mediaBlockModule from '../src/engine/udp/media-block.ts';
import type * as SlotPoolModule from '../src/engine/udp/slot-pool.ts';
import { OtherSockets } from './forwarding/sockets.ts';
import { importBuilt } from './index-rows/import-built.ts';

const { values } = parseArgs({
  options: {
    viewers: { type: 'string', default: '100' },
    packets: { type: 'string', default: '80' },
    /** How many packets come at once. */
    together: { type: 'string', default: '1,8' },
    srtp: { type: 'string', default: 'node,wasm' },
    send: { type: 'string', default: 'dgram,fd' },
  },
});
const viewers = Number(values.viewers);
const packets = Number(values.packets);
/** Others use the machine: the best of so many. */
const ROUNDS = 8;
const PAYLOAD_BYTES = 1100;
const SEALED_BYTES = 12 + 12 + PAYLOAD_BYTES + 16;
const PAYLOAD_TYPE = 96;
const MEMORY_MIB = 128;
const PROFILES: readonly SrtpProfile[] = ['AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80'];

const { OutgoingStream } = await importBuilt<typeof OutgoingStreamModule>('media/forwarding/outgoing-stream.js');
const { PacketSource } = await importBuilt<typeof PacketSourceModule>('media/forwarding/packet-source.js');
const { PublisherClock } = await importBuilt<typeof PublisherClockModule>('media/forwarding/publisher-clock.js');
const { SentPackets } = await importBuilt<typeof SentPacketsModule>('media/forwarding/sent-packets.js');
const { RtpHeader } = await importBuilt<typeof RtpHeaderModule>('media/rtp/packet.js');
const { SentPacket, SrtpSender } = await importBuilt<typeof SrtpSenderModule>('media/srtp/sender.js');
const { PacketBatch } = await importBuilt<typeof PacketBatchModule>('engine/forwarding/packet-batch.js');
const { SendRing } = await importBuilt<typeof SendRingModule>('engine/forwarding/send-ring.js');
const { createKernelSpace } = await importBuilt<typeof kernelSpaceModule>('engine/srtp/kernel-space.js');
const { createKernelCrypto } = await importBuilt<typeof kernelSrtpCryptoModule>('engine/srtp/kernel-srtp-crypto.js');
const { srtpCrypto } = await importBuilt<typeof nodeSrtpCryptoModule>('engine/srtp/node-srtp-crypto.js');
const { DgramUdpPort } = await importBuilt<typeof DgramUdpPortModule>('engine/udp/dgram-udp-port.js');
const { FdUdpPort } = await importBuilt<typeof FdUdpPortModule>('engine/udp/fd-udp-port.js');
const { createMediaBlock } = await importBuilt<typeof mediaBlockModule>('engine/udp/media-block.js');
const { SlotPool } = await importBuilt<typeof SlotPoolModule>('engine/udp/slot-pool.js');

interface Work {
  readonly rewrites: boolean;
  readonly protects: boolean;
  readonly sends: boolean;
}

const block = createMediaBlock(MEMORY_MIB);
const { memory } = block;
const ring = new SendRing(memory);
ring.prepare();
const slot = memory.allocate(2048);
const kernels = createKernelCrypto(
  createKernelSpace(memory, block.wasm, readFileSync(new URL('../dist/media/kernels/srtp.wasm', import.meta.url))),
);
const header = new RtpHeader();
const sockets = new OtherSockets();

/** As `MediaSender` does it, with parts left out. */
class BenchViewer {
  private readonly waiting = Array.from({ length: 16 }, () => new SentPacket());
  private count = 0;
  private readonly stream: OutgoingStreamModule.OutgoingStream;
  private readonly srtp: SrtpSenderModule.SrtpSender;
  private readonly index: number;
  private readonly work: Work;
  private readonly send: (bytes: Uint8Array) => void;
  private sequence = 0;

  constructor(
    index: number,
    profile: SrtpProfile,
    isKernels: boolean,
    work: Work,
    source: PacketSourceModule.PacketSource,
    send: (bytes: Uint8Array) => void,
  ) {
    this.index = index;
    this.work = work;
    this.send = send;
    this.stream = new OutgoingStream(
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
    this.stream.choose(source, [{ sourcePayloadType: PAYLOAD_TYPE, payloadType: 45, rtxPayloadType: 46 }]);
    const key = Uint8Array.from({ length: 16 }, (_, at) => at + index);
    const salt = new Uint8Array(profile === 'AEAD_AES_128_GCM' ? 12 : 14).fill(index);
    this.srtp = new SrtpSender(profile, key, salt, isKernels ? kernels : srtpCrypto);
  }

  forward(...[, source, packet, nowMs]: Parameters<PacketBatchModule.PacketTaker['forward']>): void {
    const { bytes } = memory;
    const { place } = ring;
    const length = this.work.rewrites
      ? this.stream.write(source, packet, bytes, place, nowMs)
      : this.makePlain(place, packet.payloadLength);
    this.waiting[this.count++]?.set(place, length, false);
    ring.sent();
  }

  flush(): void {
    const { waiting, count, work } = this;
    this.count = 0;
    if (work.protects) this.srtp.protectTogether(memory.bytes, waiting, count);
    if (!work.sends) return;
    for (let i = 0; i < count; i++) {
      const { offset = 0, length = 0, sealedLength = 0 } = waiting[i] ?? {};
      this.send(memory.bytes.subarray(offset, offset + (work.protects ? sealedLength : length)));
    }
  }

  close(): void {
    this.srtp.close();
  }

  /** What rewriting would have made, but for the payload: whatever lies there. */
  private makePlain(place: number, payloadLength: number): number {
    const { bytes, view } = memory;
    bytes[place] = 0x90;
    view.setUint16(place + 2, this.sequence++ & 0xffff);
    view.setUint32(place + 8, 1000 + this.index);
    view.setUint32(place + 12, 0xbede0002);
    return 12 + 12 + payloadLength;
  }
}

/** A packet as it comes from the publisher, in the clear. */
function receive(source: PacketSourceModule.PacketSource, sequence: number) {
  const { bytes, view } = memory;
  bytes.fill(sequence & 0xff, slot + 12, slot + 12 + PAYLOAD_BYTES);
  bytes[slot] = 0x80;
  bytes[slot + 1] = PAYLOAD_TYPE;
  view.setUint16(slot + 2, sequence & 0xffff);
  view.setUint32(slot + 4, sequence * 300);
  view.setUint32(slot + 8, 7);
  header.parse(bytes, slot, 12 + PAYLOAD_BYTES);
  return source.receive(slot, header, 12 + PAYLOAD_BYTES, sequence);
}

async function openPort(name: string, ports: readonly number[]) {
  const options = { port: 0, listenAddresses: ['127.0.0.1'], memory, slots: new SlotPool(memory) };
  if (name === 'dgram') return DgramUdpPort.open(options);
  const port = await FdUdpPort.open({ ...options, block: block.wasm });
  for (const one of ports) port.attach({ address: '127.0.0.1', port: one, family: 'IPv4' }, 0);
  while (port.attachedCount < ports.length) await new Promise((done) => setTimeout(done, 10));
  return port;
}

/** @returns CPU of this process in microseconds for each packet to each viewer, in the best round */
async function measure(
  work: Work,
  profile: SrtpProfile,
  srtp: string,
  send: string,
  together: number,
): Promise<number> {
  const sink = await sockets.sink(viewers);
  const port = await openPort(send, sink.ports);
  const history = { sizeBytes: 1 << 20, ageMs: 1e9 };
  const source = new PacketSource({ memory, clockRate: 90_000, clock: new PublisherClock(), history });
  const all = sink.ports.map((number, index) => {
    const remote = { address: '127.0.0.1', port: number, family: 'IPv4' } as const;
    return new BenchViewer(index, profile, srtp === 'wasm', work, source, (bytes) => port.send(bytes, remote, 0));
  });
  const batch = new PacketBatch(memory.bytes);
  let sequence = 0;
  const run = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= together) {
      for (let index = 0; index < together; index++) {
        const packet = receive(source, sequence);
        sequence += 1;
        if (packet !== undefined) batch.add('video', source, packet);
      }
      for (const viewer of all) batch.forwardTo(viewer);
      batch.clear();
      await new Promise((done) => setImmediate(done));
    }
  };
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await run(packets);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / (packets * viewers));
  }
  await port.close();
  sink.stop();
  source.close();
  for (const viewer of all) viewer.close();
  return best;
}

async function row(srtp: string, send: string, together: number, profile: SrtpProfile): Promise<void> {
  const us = async (work: Work): Promise<string> =>
    (await measure(work, profile, srtp, send, together)).toFixed(2).padStart(8);
  const figures = [
    await us({ rewrites: true, protects: false, sends: false }),
    await us({ rewrites: false, protects: true, sends: false }),
    await us({ rewrites: false, protects: false, sends: true }),
    await us({ rewrites: true, protects: true, sends: true }),
  ];
  console.log(
    `${profile.padEnd(24)} ${srtp.padEnd(5)} ${send.padEnd(6)} ${String(together).padStart(8)} ${figures.join(' ')}`,
  );
}

const sink = await sockets.sink(viewers);
const least = Math.min(...Array.from({ length: ROUNDS }, () => sockets.leastUs(sink.ports, packets, SEALED_BYTES)));
sink.stop();
console.log(`${viewers} viewers, ${packets} packets of ${PAYLOAD_BYTES} bytes to each, µs of CPU per packet sent`);
console.log(`a C program sends one by a connected socket in ${least.toFixed(2)}`);
console.log(`profile                  srtp  send   together  rewrite  protect     send      all`);
for (const profile of PROFILES)
  for (const srtp of values.srtp.split(','))
    for (const send of values.send.split(','))
      for (const together of values.together.split(',').map(Number)) await row(srtp, send, together, profile);
sockets[Symbol.dispose]();
