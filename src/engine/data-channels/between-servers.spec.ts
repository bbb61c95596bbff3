import type { Clock } from '../../shared/clock.js';
import { TimerWheel } from '../timer-wheel.js';
import { DataChannels, type DataChannelsEnd, type DataMessage } from './data-channels.js';

const STEP_MS = 20;
const PLENTY = { mostMessageBytes: 65_536, messagesPerSecond: 1e6, bytesPerSecond: 1e9 };

interface End {
  readonly channels: DataChannels;
  readonly heard: DataMessage[];
  readonly ends: DataChannelsEnd[];
}

/** Two servers in a time of their own, and the way between them, which loses what it is told to. */
class Servers {
  loses: () => boolean = () => false;
  private nowMs = 0;
  private readonly wheel = new TimerWheel(0);
  private readonly underway: (() => void)[] = [];
  readonly caller: End;
  readonly called: End;

  constructor({ bothCall = false, limits = PLENTY } = {}) {
    this.caller = this.end(true, 1, limits, () => this.called);
    this.called = this.end(bothCall, 0, PLENTY, () => this.caller);
  }

  /** Passes packets on until so much time is over. */
  pass(durationMs = 1_000): void {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs; this.nowMs += STEP_MS) {
      for (let turn = 0; turn < 20 && this.underway.length > 0; turn += 1)
        for (const deliver of this.underway.splice(0)) deliver();
      this.wheel.advance(this.nowMs + STEP_MS);
    }
  }

  private end(isCaller: boolean, firstStreamId: 0 | 1, limits: typeof PLENTY, other: () => End): End {
    const heard: DataMessage[] = [];
    const ends: DataChannelsEnd[] = [];
    const channels = new DataChannels({
      negotiated: { port: 5000, mostBytes: 65_536 },
      isCaller,
      firstStreamId,
      limits,
      clock: { monotonicMs: () => this.nowMs } as Clock,
      wheel: this.wheel,
      send: (packet) => {
        if (!this.loses()) this.underway.push(() => other().channels.receive(packet.slice()));
      },
    });
    channels.listenWith({
      message: (message) => heard.push(message),
      labelsChanged: () => undefined,
      ended: (reason) => ends.push(reason),
    });
    return { channels, heard, ends };
  }
}

const text = (label: string, content: string): DataMessage => ({ label, isText: true, bytes: Buffer.from(content) });
const said = ({ heard }: End): string[] =>
  heard.map(({ label, bytes }) => `${label}: ${Buffer.from(bytes).toString()}`);
const labelsOf = ({ channels }: End): string[] => [...channels.labels].sort();

describe('data channels between two servers', () => {
  it.each([
    ['one calls', {}],
    ['both call', { bothCall: true }],
  ])('are those of the publisher, in both directions, when %s', (_when, order) => {
    const servers = new Servers(order);
    const { caller, called } = servers;
    caller.channels.mirror(() => new Set(['chat', 'news']));
    caller.channels.secured();
    called.channels.secured();
    servers.pass();

    expect(labelsOf(called)).toEqual(['chat', 'news']);
    caller.channels.deliver(text('news', 'today'), called.channels);
    called.channels.deliver(text('chat', 'hello'), caller.channels);
    servers.pass();
    expect([said(called), said(caller)]).toEqual([['news: today'], ['chat: hello']]);
  });

  it('are opened by the one that is called where that has the publisher, and follow his labels', () => {
    const servers = new Servers();
    const { caller, called } = servers;
    called.channels.mirror(() => new Set(['chat']));
    caller.channels.secured();
    servers.pass();
    expect([labelsOf(caller), labelsOf(called)]).toEqual([['chat'], ['chat']]);

    for (let time = 0; time < 1_200; time += 1) {
      called.channels.mirror(() => new Set([`news ${time}`]));
      servers.pass(100);
    }
    called.channels.mirror(() => new Set(['chat', 'late']));
    servers.pass();
    called.channels.deliver(text('late', 'hello'), undefined);
    caller.channels.deliver(text('late', 'hi'), undefined);
    servers.pass();

    expect([labelsOf(caller), said(caller)]).toEqual([
      ['chat', 'late'],
      ['chat: hello', 'late: hello'],
    ]);
    expect(said(called)).toEqual(['chat: hi', 'late: hi']);
  });

  it('are one without a name where the called one opens none', () => {
    const servers = new Servers();
    const { caller, called } = servers;
    caller.channels.secured();
    servers.pass();
    caller.channels.deliver(text('chat', 'hello'), undefined);
    called.channels.deliver(text('news', 'hi'), undefined);
    servers.pass();

    expect([said(called), said(caller)]).toEqual([[': hello'], [': hi']]);
  });

  it('lose nothing where the way loses one packet in four', () => {
    const servers = new Servers();
    const { caller, called } = servers;
    let count = 0;
    servers.loses = () => (count = (count * 7 + 3) % 1009) % 4 === 0;
    caller.channels.mirror(() => new Set(['chat']));
    caller.channels.secured();
    servers.pass(20_000);
    const numbers = Array.from({ length: 100 }, (_, number) => String(number));
    for (const one of numbers) {
      caller.channels.deliver(text('chat', one), undefined);
      called.channels.deliver(text('chat', one), undefined);
    }
    servers.pass(60_000);

    expect([said(caller), said(called)]).toEqual([
      numbers.map((one) => `chat: ${one}`),
      numbers.map((one) => `chat: ${one}`),
    ]);
  });

  it('are given up when nobody answers', () => {
    const servers = new Servers();
    servers.loses = () => true;
    servers.caller.channels.secured();
    servers.pass(120_000);

    expect(servers.caller.ends).toEqual(['unanswered']);
  });

  it('are told no more than a session may say, and are not closed for what is said on them', () => {
    const servers = new Servers({ limits: { ...PLENTY, messagesPerSecond: 10 } });
    const { caller, called } = servers;
    caller.channels.mirror(() => new Set(['chat']));
    caller.channels.secured();
    servers.pass();
    for (let number = 0; number < 200; number += 1) {
      caller.channels.deliver(text('chat', String(number)), undefined);
      called.channels.deliver(text('chat', String(number)), undefined);
    }
    servers.pass(2_000);
    caller.channels.deliver(text('chat', 'calm'), undefined);
    called.channels.deliver(text('chat', 'calm'), undefined);
    servers.pass();

    for (const end of [caller, called]) {
      expect(end.heard.length).toBeLessThan(30);
      expect(said(end).at(-1)).toBe('chat: calm');
      expect(end.ends).toEqual([]);
    }
  });

  it('leave out a label that is too long to be said', () => {
    const servers = new Servers();
    const { caller, called } = servers;
    caller.channels.mirror(() => new Set(['x'.repeat(1_020), 'chat']));
    caller.channels.secured();
    servers.pass();

    expect(labelsOf(called)).toEqual(['chat']);
    expect(caller.ends).toEqual([]);
  });
});
