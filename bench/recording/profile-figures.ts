// What V8's profiles say: by stage of a packet's way, and by function.

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** As `Profiler.stop` gives it. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** As `HeapProfiler.stopSampling` gives it. */
export interface AllocationNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly AllocationNode[];
}

/** What of something is in one place of the code. */
export interface Portion {
  readonly place: CallFrame;
  readonly amount: number;
}

/** The first that fits a function's file says what it is part of. */
const STAGES: readonly (readonly [pattern: RegExp, stage: string])[] = [
  [/\/engine\/udp\/|^node:wasi|\/engine\/tcp\//, 'receive and send'],
  [/^wasm:|\/srtp\/|\/media\/kernels\//, 'SRTP'],
  [/rtcp|keyframe-requester/, 'reports and feedback'],
  [/\/media\/codecs\//, 'depacketize'],
  [/\/media\/containers\//, 'fragment'],
  [/\/engine\/recording\/|\/media\/timeline\//, 'record'],
  [/forwarding/, 'forward'],
  [/\/media\/rtp\/|\/engine\/session\//, 'sort and order'],
  [/\/engine\/dtls\/|werift|\/media\/stun\//, 'connect'],
  [/\/engine\//, 'rest of the engine'],
  [/\/modules\/(index|recorder)\/|\/persistence\/|typeorm|better-sqlite3/, 'index'],
  [/\/modules\/|\/platform\//, 'rest of the server'],
  [/^node:/, 'Node.js'],
  [/node_modules/, 'packages'],
];

/** V8's names for what is in no function. */
const IDLE = '(idle)';
const PROGRAM = '(program)';
const WITHOUT_FILE: Readonly<Record<string, string>> = {
  [PROGRAM]: 'system calls and V8 itself',
  '(garbage collector)': 'garbage collector',
};

/** @returns microseconds of each function itself, without those in which nothing was done */
export function cpuPortions({ nodes, samples, timeDeltas }: CpuProfile): Portion[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const amounts = new Map<number, number>();
  for (const [index, id] of samples.entries()) amounts.set(id, (amounts.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  return [...amounts].flatMap(([id, amount]) => {
    const place = frames.get(id);
    return place === undefined || place.functionName === IDLE ? [] : [{ place, amount }];
  });
}

/** @returns bytes that each function itself allocated */
export function allocationPortions(node: AllocationNode): Portion[] {
  const own = { place: node.callFrame, amount: node.selfSize };
  return [own, ...node.children.flatMap(allocationPortions)].filter(({ amount }) => amount > 0);
}

/** System calls and waiting look alike to V8: what the kernel says was no waiting is given to them. */
export function withinCpu(portions: readonly Portion[], cpuUs: number): Portion[] {
  const inCode = portions.filter(({ place }) => place.functionName !== PROGRAM);
  const rest = Math.max(0, cpuUs - inCode.reduce((sum, { amount }) => sum + amount, 0));
  return [...inCode, { place: { functionName: PROGRAM, url: '', lineNumber: 0, columnNumber: 0 }, amount: rest }];
}

/** The largest first. */
export function byStage(portions: readonly Portion[]): [stage: string, amount: number][] {
  return sums(portions, ({ url, functionName }) => stageOf(url, functionName));
}

function stageOf(url: string, functionName: string): string {
  if (url === '') return WITHOUT_FILE[functionName] ?? 'native functions';
  return STAGES.find(([pattern]) => pattern.test(url))?.[1] ?? 'rest of the server';
}

/** The largest first. */
export function byFunction(portions: readonly Portion[]): [name: string, amount: number][] {
  return sums(portions, ({ functionName, url, lineNumber }) => {
    const file = url.split('/').slice(-2).join('/');
    return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
  });
}

function sums(portions: readonly Portion[], nameOf: (place: CallFrame) => string): [string, number][] {
  const all = new Map<string, number>();
  for (const { place, amount } of portions) {
    const name = nameOf(place);
    all.set(name, (all.get(name) ?? 0) + amount);
  }
  return [...all].sort(([, one], [, other]) => other - one);
}
