import type { Socket } from 'node:dgram';
import type { WasmMemory } from '../../media/kernels/web-assembly.js';
import type { MediaMemory } from '../../media/memory.js';

/** There is nothing to read, or no room to write; the number that WASI has for it. */
const WOULD_BLOCK = 6;
/** What `read` answers when there is nothing. */
export const NOTHING = -1;
const LIST_BYTES = 64;
/** Where in the list the calls tell how many bytes it were. */
const COUNT = 8;

type Call = (descriptor: number, list: number, entries: number, count: number) => number;

/** The part of a socket's libuv handle that is needed. Node does not document it: A probe at start and a test look whether it is still so. */
interface SocketHandle {
  readonly fd: number;
  recvStop(): number;
}

/**
 * Reads and writes of a connected socket by system calls, straight from and into a worker's memory: nothing is
 * allocated, no event is made, and "nothing there" is an answer. Node has such calls for WASI programs (node:wasi).
 */
export class DescriptorCalls {
  private readonly readCall: Call;
  private readonly writeCall: Call;

  /**
   * @param fd a socket that does not block, and that nobody else reads; who has opened it closes it
   * @param list offset of `LIST_BYTES` bytes for what the calls are told and tell
   */
  constructor(
    fd: number,
    private readonly memory: MediaMemory,
    block: WasmMemory,
    private readonly list: number,
  ) {
    // Loaded where it is used: Node warns of it then, which commands that open no socket need not say.
    const { WASI } = process.getBuiltinModule('node:wasi');
    const wasi = new WASI({ version: 'preview1', stdin: fd, stdout: fd, stderr: fd, returnOnExit: true });
    wasi.finalizeBindings({ exports: { memory: block } });
    const { fd_read: read, fd_write: write } = wasi.wasiImport as { fd_read: Call; fd_write: Call };
    this.readCall = read;
    this.writeCall = write;
  }

  /**
   * Reads one datagram, of which more than `length` bytes are lost, or so much of a connection.
   * @returns its bytes, `NOTHING` when there are none; 0 at the end of a connection
   */
  read(to: number, length: number): number {
    return this.call(this.readCall, to, length);
  }

  /** Sends one datagram, or bytes of a connection. @returns how many the network took, `NOTHING` when none */
  write(from: number, length: number): number {
    return this.call(this.writeCall, from, length);
  }

  private call(call: Call, at: number, length: number): number {
    const { view } = this.memory;
    view.setUint32(this.list, at, true);
    view.setUint32(this.list + 4, length, true);
    let error = call(0, this.list, 1, this.list + COUNT);
    // What the network said of an earlier datagram (RFC 1122 section 4.1.3.3) is told once, by whichever call comes next.
    if (error !== 0 && error !== WOULD_BLOCK) error = call(0, this.list, 1, this.list + COUNT);
    return error === 0 ? view.getUint32(this.list + COUNT, true) : NOTHING;
  }
}

/** @returns the offset of memory for the lists of `DescriptorCalls`, -1 when there is none left */
export function allocateList(memory: MediaMemory): number {
  return memory.allocate(LIST_BYTES);
}

/**
 * Takes a UDP socket away from Node's event loop; who has it closes it.
 * @returns its descriptor
 * @throws {TypeError} when this Node has no such handle
 */
export function takeFromLoop(socket: Socket): number {
  const handle = handleOf(socket);
  handle.recvStop();
  return handle.fd;
}

/** @throws {TypeError} when this Node has no such handle */
export function descriptorOf(socket: Socket): number {
  return handleOf(socket).fd;
}

function handleOf(socket: Socket): SocketHandle {
  for (const key of Object.getOwnPropertySymbols(socket)) {
    const state: unknown = Reflect.get(socket, key);
    const handle: unknown = isObject(state) ? Reflect.get(state, 'handle') : undefined;
    if (isHandle(handle)) return handle;
  }
  throw new TypeError('The UDP sockets of this Node have no handle that can be read from.');
}

function isHandle(value: unknown): value is SocketHandle {
  return (
    isObject(value) &&
    typeof Reflect.get(value, 'fd') === 'number' &&
    typeof Reflect.get(value, 'recvStop') === 'function'
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
