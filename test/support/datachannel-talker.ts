import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Heard } from './talker.js';
import { until } from './wait.js';

const PROJECT = resolve(__dirname, '../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');
const PROGRAM = join(PROJECT, 'test/support/publishers/datachannel-talker.ts');

export interface TalkerOrder {
  /** Of WHIP or WHEP. */
  readonly url: string;
  readonly channels: Readonly<Record<string, { readonly unordered?: boolean; readonly maxRetransmits?: number }>>;
  /** Offers nothing but data channels. */
  readonly isDataOnly?: boolean;
}

type Line = { readonly event: 'open' | 'ended' } | (Heard & { readonly event: 'heard' });

/** Data channels of libdatachannel, in a process of its own. */
export class DatachannelTalker implements AsyncDisposable {
  /** Everything that came so far, in order. */
  readonly heard: Heard[] = [];
  private readonly events = new Set<string>();
  private readonly child: ChildProcess;

  private constructor(order: TalkerOrder) {
    const args = ['--no-warnings', PROGRAM, JSON.stringify(order)];
    this.child = spawn(NODE, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.child.stdout === null) throw new Error('The talker has no output.');
    createInterface({ input: this.child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      this.events.add(line.event);
      if (line.event === 'heard') this.heard.push({ label: line.label, content: line.content });
    });
    this.child.once('exit', () => this.events.add('exit'));
  }

  /** @returns once all channels are open */
  static async start(order: TalkerOrder): Promise<DatachannelTalker> {
    const talker = new DatachannelTalker(order);
    try {
      await until(() => talker.events.has('open') || talker.events.has('exit'), 'its channels are open');
      if (!talker.events.has('open')) throw new Error('The talker ended before its channels were open.');
      return talker;
    } catch (error) {
      await talker[Symbol.asyncDispose]();
      throw error;
    }
  }

  say(label: string, content: Heard['content']): void {
    this.child.stdin?.write(`${JSON.stringify({ label, content })}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.events.has('exit')) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}
