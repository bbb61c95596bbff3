import type { StreamName } from './ports/stream-name.js';
import { LiveStream } from './live-stream.js';
import type { SignalingListener } from './ports/signaling-event.js';
import { parseStreamName } from './ports/stream-name.js';
import { StreamsFeed } from './streams-feed.js';

class Reader {
  writableNeedDrain = false;
  isEnded = false;
  readonly lines: string[] = [];

  write(text: string): void {
    this.lines.push(text);
  }

  end(): void {
    this.isEnded = true;
  }

  get names(): string[][] {
    return this.lines
      .filter((line) => line.startsWith('data: '))
      .map((line) => (JSON.parse(line.slice(6)) as { id: string }[]).map(({ id }) => id));
  }
}

class Streams {
  readonly all: LiveStream[] = [];
  private readonly listeners: SignalingListener[] = [];

  on(listener: SignalingListener): () => void {
    this.listeners.push(listener);
    return () => undefined;
  }

  streams(names: readonly string[] = []): LiveStream[] {
    return this.all.filter(({ name }) => names.length === 0 || names.includes(name));
  }

  add(name: string): void {
    this.all.push(new LiveStream(parseStreamName(name), Date.now(), 'session'));
    for (const listener of this.listeners) void listener({ type: 'streams-changed', stream: 'cam' as StreamName });
  }
}

describe('StreamsFeed', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('sends the list at once, also an empty one, as one data line', () => {
    const reader = new Reader();

    new StreamsFeed(new Streams()).subscribe(reader, []);

    expect(reader.lines).toEqual(['data: []\n\n']);
  });

  it('sends it again when it changed, many changes as one', async () => {
    const streams = new Streams();
    const reader = new Reader();
    new StreamsFeed(streams).subscribe(reader, []);

    streams.add('a');
    streams.add('b');
    await jest.advanceTimersByTimeAsync(100);

    expect(reader.names).toEqual([[], ['a', 'b']]);
  });

  it('sends nothing that says the same, but keeps the connection awake', async () => {
    const reader = new Reader();
    new StreamsFeed(new Streams()).subscribe(reader, []);

    await jest.advanceTimersByTimeAsync(15_000);

    expect(reader.lines).toEqual(['data: []\n\n', ':\n\n']);
  });

  it('sends only the streams that were asked for', async () => {
    const streams = new Streams();
    const reader = new Reader();
    new StreamsFeed(streams).subscribe(reader, ['b']);

    streams.add('a');
    streams.add('b');
    await jest.advanceTimersByTimeAsync(100);

    expect(reader.names).toEqual([[], ['b']]);
  });

  it('spares a reader that is slow and sends it the newest list later', async () => {
    const streams = new Streams();
    const reader = new Reader();
    new StreamsFeed(streams).subscribe(reader, []);
    reader.writableNeedDrain = true;
    streams.add('a');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(reader.names).toEqual([[]]);

    reader.writableNeedDrain = false;
    await jest.advanceTimersByTimeAsync(2_000);

    expect(reader.names).toEqual([[], ['a']]);
  });

  it('ends every subscription when the server stops', () => {
    const reader = new Reader();
    const feed = new StreamsFeed(new Streams());
    feed.subscribe(reader, []);

    feed.beforeApplicationShutdown();

    expect(reader.isEnded).toBe(true);
  });
});
