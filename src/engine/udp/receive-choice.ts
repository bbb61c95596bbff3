import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerChoice } from '../protocol.js';
import { ConnectedSocket } from './connected-socket.js';
import { allocateList, type DescriptorCalls } from './descriptor-calls.js';
import { bindSocket, closeSocket, DgramUdpPort, type UdpPortOptions } from './dgram-udp-port.js';
import { FdUdpPort } from './fd-udp-port.js';
import { createMediaBlock, type MediaBlock } from './media-block.js';
import { RemoteStrangersPort } from './remote-strangers-port.js';
import type { SharedPortEnd } from './shared-port-messages.js';
import { SlotIntake } from './slot-intake.js';
import { SLOT_BYTES } from './slot-pool.js';

/** How datagrams are wanted to be received: by Node's sockets, by system calls on one for each peer, or by those where they work. */
export type WantedReceive = 'auto' | 'dgram' | 'fd';

/** A worker's port, and why it is that. */
export interface ReceiveChoice extends WorkerChoice {
  readonly port: DgramUdpPort | FdUdpPort;
}

const nobody = (): void => undefined;
const LOOPBACK = '127.0.0.1';
const BUFFER_BYTES = 65_536;
const PROBE_LIMIT_MS = 1_000;
const PROBE_STEP_MS = 2;

/**
 * @param shared the port of all workers, in place of one of its own; that sockets can be connected on it was tried before
 * @throws the system's error when the port cannot be opened, an Error when `fd` is wanted and does not work here
 */
export async function openUdpPort(
  wanted: WantedReceive,
  block: MediaBlock,
  options: UdpPortOptions,
  shared?: SharedPortEnd,
): Promise<ReceiveChoice> {
  if (shared !== undefined) {
    const strangers = new RemoteStrangersPort(shared, new SlotIntake(options.memory, options.slots));
    return byDescriptor(wanted, FdUdpPort.over(strangers, { ...options, block: block.wasm }));
  }
  if (wanted === 'dgram') return { port: await DgramUdpPort.open(options), name: 'dgram', reason: 'configured' };
  const failure = await whyNotByDescriptor(block);
  if (failure !== undefined) {
    if (wanted === 'fd') throw new Error(failure);
    return { port: await DgramUdpPort.open(options), name: 'dgram', reason: failure };
  }
  return byDescriptor(wanted, await FdUdpPort.open({ ...options, block: block.wasm }));
}

function byDescriptor(wanted: WantedReceive, port: FdUdpPort): ReceiveChoice {
  return { port, name: 'fd', reason: wanted === 'fd' ? 'configured' : 'it works on this system' };
}

/** Whether one UDP port serves so many workers here. Without sockets of their own for peers each has a port of its own. */
export async function canSharePort(wanted: WantedReceive, workers: number): Promise<boolean> {
  return workers > 1 && wanted !== 'dgram' && (await whyNotByDescriptor(createMediaBlock(1))) === undefined;
}

/** Tries it on loopback: the peer's datagrams and no others must come to its socket, and it must be able to answer. */
export async function whyNotByDescriptor(block: MediaBlock): Promise<string | undefined> {
  try {
    await probe(block);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function probe({ memory, wasm }: MediaBlock): Promise<void> {
  const list = allocateList(memory);
  const slot = memory.allocate(SLOT_BYTES);
  if (list < 0 || slot < 0) throw new Error('No memory is left to try it.');
  const port = await bindSocket(LOOPBACK, 0, BUFFER_BYTES, true);
  const [peer, stranger] = await Promise.all([0, 0].map((any) => bindSocket(LOOPBACK, any, BUFFER_BYTES, false)));
  if (peer === undefined || stranger === undefined) throw new Error('No socket is left to try it.');
  const bound = { address: LOOPBACK, port: port.address().port, family: 'IPv4' } as const;
  const remote = { ...bound, port: peer.address().port };
  const listeners = { heard: nobody, overheard: nobody, othersHeard: () => Promise.resolve(), failed: nobody };
  const own = new ConnectedSocket({ bound, remote, memory, block: wasm, list, ...listeners });
  try {
    await own.open();
    const calls = await until(() => own.calls, 'is not taken over');
    await expectSteered({ port, peer, stranger }, bound.port, () => readByte(calls, memory.bytes, slot));
    memory.bytes[slot] = 3;
    const answer = once(peer, 'message', { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    if (calls.write(slot, 1) !== 1) throw new Error('A connected UDP socket cannot be written to by its descriptor.');
    await answer;
  } finally {
    own.close();
    await Promise.all([port, peer, stranger].map(closeSocket));
    memory.release(slot, SLOT_BYTES);
  }
}

interface ProbeSockets {
  readonly port: Socket;
  readonly peer: Socket;
  readonly stranger: Socket;
}

async function expectSteered(
  { port, peer, stranger }: ProbeSockets,
  number: number,
  read: () => number | undefined,
): Promise<void> {
  const toAll: number[] = [];
  port.on('message', (message) => toAll.push(message[0] ?? 0));
  stranger.send(Uint8Array.of(2), number, LOOPBACK);
  peer.send(Uint8Array.of(1), number, LOOPBACK);
  const first = await until(read, 'hears nothing');
  await until(() => toAll[0], 'keeps strangers from the others');
  if (first !== 1 || toAll[0] !== 2) throw new Error('A connected UDP socket hears others than its peer.');
}

function readByte(calls: DescriptorCalls, bytes: Uint8Array, slot: number): number | undefined {
  return calls.read(slot, SLOT_BYTES) === 1 ? bytes[slot] : undefined;
}

async function until<Value>(look: () => Value | undefined, failure: string): Promise<Value> {
  for (let waitedMs = 0; waitedMs < PROBE_LIMIT_MS; waitedMs += PROBE_STEP_MS) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(PROBE_STEP_MS);
  }
  throw new Error(`A connected UDP socket ${failure}.`);
}
