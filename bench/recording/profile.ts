// Where time and memory of the running server go, thread by thread, by V8's inspector.
import { threadMicroseconds } from '../process-costs.ts';
import { table } from './figures.ts';
import {
  type AllocationNode,
  allocationPortions,
  byFunction,
  byStage,
  cpuPortions,
  withinCpu,
  type CpuProfile,
  type Portion,
} from './profile-figures.ts';
import { inSources } from './written-place.ts';

const SAMPLE_US = 500;
const SAMPLE_BYTES = 16 * 1024;
const FUNCTIONS = 25;
/** Threads by the kernel's names. */
const [MAIN, ENGINE] = ['MainThread', 'aircheck-engine'];

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly sessionId: string;
    readonly message?: string;
    readonly workerInfo?: { readonly url: string };
  };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

type Call = (method: string, params?: object) => Promise<unknown>;

interface Thread {
  readonly name: string;
  readonly call: Call;
}

const pause = (durationMs: number): Promise<void> => new Promise((done) => setTimeout(done, durationMs));

/** Calls that wait for their answers, by number. */
class Conversation {
  private readonly waiting = new Map<number, (answer: Message) => void>();
  private latest = 0;
  private readonly say: (text: string) => void;

  constructor(say: (text: string) => void) {
    this.say = say;
  }

  readonly call: Call = (method, params = {}) => {
    const id = ++this.latest;
    const answer = new Promise<Message>((done) => this.waiting.set(id, done));
    this.say(JSON.stringify({ id, method, params }));
    return answer.then(({ result, error }) => {
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
      return result;
    });
  };

  hear(answer: Message): void {
    this.waiting.get(answer.id ?? 0)?.(answer);
    this.waiting.delete(answer.id ?? 0);
  }
}

export class Profiler {
  private readonly workers = new Map<string, { url: string; conversation: Conversation }>();
  private readonly main: Conversation;
  private readonly socket: WebSocket;
  private readonly pid: number;

  private constructor(socket: WebSocket, pid: number) {
    this.socket = socket;
    this.pid = pid;
    this.main = new Conversation((text) => {
      socket.send(text);
    });
    socket.addEventListener('message', ({ data }) => {
      this.hear(JSON.parse(String(data)) as Message);
    });
  }

  /** @param url of the inspector of the process */
  static async attach(url: string, pid: number): Promise<Profiler> {
    const socket = new WebSocket(url);
    await new Promise((done, failed) => {
      socket.addEventListener('open', done);
      socket.addEventListener('error', () => {
        failed(new Error('No inspector.'));
      });
    });
    const profiler = new Profiler(socket, pid);
    await profiler.main.call('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return profiler;
  }

  close(): void {
    this.socket.close();
  }

  /** @returns tables of microseconds per packet: by stage, and by function */
  async time(durationMs: number, packetsPerMs: number): Promise<string[]> {
    const { threads } = this;
    for (const { call } of threads) {
      await call('Profiler.enable');
      await call('Profiler.setSamplingInterval', { interval: SAMPLE_US });
      await call('Profiler.start');
    }
    const before = this.cpu();
    await pause(durationMs);
    const after = this.cpu();
    const packets = durationMs * packetsPerMs;
    const allUs = (after.get(undefined) ?? 0) - (before.get(undefined) ?? 0);
    const tables = [`CPU of all threads under the profiler: ${(allUs / packets).toFixed(1)} µs per packet`];
    for (const { name, call } of threads) {
      const { profile } = (await call('Profiler.stop')) as { profile: CpuProfile };
      const usedUs = (after.get(name) ?? NaN) - (before.get(name) ?? NaN);
      const portions = inSources(cpuPortions(profile));
      const known = Number.isNaN(usedUs) ? portions : withinCpu(portions, usedUs);
      tables.push(...show(`${name}, µs per packet`, known, packets, 2));
    }
    return tables;
  }

  /** @returns tables of bytes allocated per packet, by stage and by function; what was collected again is among them */
  async memory(durationMs: number, packetsPerMs: number): Promise<string[]> {
    const { threads } = this;
    for (const { call } of threads) {
      const collected = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
      await call('HeapProfiler.startSampling', { samplingInterval: SAMPLE_BYTES, ...collected });
    }
    await pause(durationMs);
    const tables: string[] = [];
    for (const { name, call } of threads) {
      const { profile } = (await call('HeapProfiler.stopSampling')) as { profile: { head: AllocationNode } };
      const portions = inSources(allocationPortions(profile.head));
      tables.push(...show(`${name}, bytes allocated per packet`, portions, durationMs * packetsPerMs, 1));
    }
    return tables;
  }

  private get threads(): readonly Thread[] {
    const workers = [...this.workers.values()].map(({ url, conversation }) => ({
      name: url.endsWith('engine/worker.js') ? ENGINE : (url.split('/').at(-1) ?? ''),
      call: conversation.call,
    }));
    return [{ name: MAIN, call: this.main.call }, ...workers];
  }

  /** Microseconds of the threads that the kernel knows by name, and of all together under none. */
  private cpu(): ReadonlyMap<string | undefined, number> {
    return new Map([MAIN, ENGINE, undefined].map((name) => [name, threadMicroseconds(this.pid, name)]));
  }

  private hear(message: Message): void {
    const { method, params } = message;
    if (method === undefined) this.main.hear(message);
    else if (params === undefined) return;
    else if (method === 'NodeWorker.attachedToWorker') this.attached(params.sessionId, params.workerInfo?.url ?? '');
    else if (method === 'NodeWorker.receivedMessageFromWorker')
      this.workers.get(params.sessionId)?.conversation.hear(JSON.parse(params.message ?? '{}') as Message);
  }

  private attached(sessionId: string, url: string): void {
    const say = (message: string): void =>
      void this.main.call('NodeWorker.sendMessageToWorker', { sessionId, message });
    this.workers.set(sessionId, { url, conversation: new Conversation(say) });
  }
}

function show(title: string, portions: readonly Portion[], packets: number, digits: number): string[] {
  const rows = (all: readonly (readonly [string, number])[]): string[][] =>
    all.map(([name, amount]) => [name, (amount / packets).toFixed(digits)]);
  const total = portions.reduce((sum, { amount }) => sum + amount, 0);
  return [
    `\n${table([[title, (total / packets).toFixed(digits)], ...rows(byStage(portions))])}`,
    `\n${table([['by function', ''], ...rows(byFunction(portions).slice(0, FUNCTIONS))])}`,
  ];
}
