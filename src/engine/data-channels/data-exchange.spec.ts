import type { DataChannels, DataChannelsListener } from './data-channels.js';
import { DataExchange } from './data-exchange.js';

class Channels {
  readonly heard: string[] = [];
  listener: DataChannelsListener | undefined;
  labels: ReadonlySet<string> = new Set(['chat']);
  mirrored: string[] = [];

  isRelay = true;

  mirror(labels: () => ReadonlySet<string>): void {
    this.mirrored = [...labels()];
  }

  listenWith(listener: DataChannelsListener): void {
    this.listener = listener;
  }

  deliver({ bytes }: { bytes: Uint8Array }, from: unknown): void {
    this.heard.push(`${Buffer.from(bytes).toString()}${from === undefined ? ' from outside' : ''}`);
  }

  say(text: string): void {
    this.listener?.message({ label: 'chat', isText: true, bytes: Buffer.from(text) });
  }
}

function setUp() {
  const outside: string[] = [];
  const ended: string[] = [];
  const exchange = new DataExchange({
    outwards: (bytes) => outside.push(Buffer.from(bytes).toString()),
    ended: (sessionId, reason) => ended.push(`${sessionId} ${reason}`),
  });
  const talker = (sessionId: string) => {
    const own = new Channels();
    return { sessionId, own, channels: own as unknown as DataChannels };
  };
  return { exchange, outside, ended, talker };
}

describe('DataExchange', () => {
  it('takes what the publisher says to all viewers, and what a viewer says to the publisher and outside', () => {
    const { exchange, outside, talker } = setUp();
    const [publisher, one, other] = [talker('p'), talker('a'), talker('b')];
    exchange.publishedBy(publisher);
    exchange.join(one);
    exchange.join(other);

    publisher.own.say('hello');
    one.own.say('hi');
    exchange.tell(Buffer.from('news'));

    expect([publisher.own.heard, one.own.heard, other.own.heard]).toEqual([
      ['hi'],
      ['hello', 'news from outside'],
      ['hello', 'news from outside'],
    ]);
    expect(outside).toEqual(['hi']);
  });

  it('hears neither who published before nor who has left', () => {
    const { exchange, talker } = setUp();
    const [before, now, viewer] = [talker('p'), talker('q'), talker('a')];
    exchange.publishedBy(before);
    exchange.join(viewer);
    exchange.publishedBy(now);
    before.own.say('old');
    now.own.say('new');
    exchange.leave(viewer);
    now.own.say('later');

    expect(viewer.own.heard).toEqual(['new']);
  });

  it('shows servers that watch the labels of the publisher, whichever they are, and one without a name for none', () => {
    const { exchange, talker } = setUp();
    const [before, now, viewer] = [talker('p'), talker('q'), talker('a')];
    exchange.join(viewer);
    const mirrored = [viewer.own.mirrored];
    exchange.publishedBy(before);
    mirrored.push(viewer.own.mirrored);
    exchange.publishedBy(now);
    now.own.labels = new Set(['chat', 'news']);
    now.own.listener?.labelsChanged();
    before.own.labels = new Set(['old']);
    before.own.listener?.labelsChanged();
    mirrored.push(viewer.own.mirrored);
    exchange.publishedBy(undefined);
    mirrored.push(viewer.own.mirrored);

    expect(mirrored).toEqual([[''], ['chat'], ['chat', 'news'], ['']]);
  });

  it('does not tell other viewers of each label that comes and goes', () => {
    const { exchange, talker } = setUp();
    const [publisher, viewer] = [talker('p'), talker('a')];
    viewer.own.isRelay = false;
    exchange.publishedBy(publisher);
    exchange.join(viewer);
    publisher.own.labels = new Set(['chat', 'news']);
    publisher.own.listener?.labelsChanged();

    expect(viewer.own.mirrored).toEqual(['chat']);
  });

  it('tells whose channels ended, but not of who closed his', () => {
    const { exchange, ended, talker } = setUp();
    const [one, other] = [talker('a'), talker('b')];
    exchange.join(one);
    exchange.join(other);
    one.own.listener?.ended('flood');
    other.own.listener?.ended('peer-closed');

    expect(ended).toEqual(['a flood']);
  });
});
