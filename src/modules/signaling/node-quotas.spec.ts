import { LiveStream } from './live-stream.js';
import { NO_LIMITS, NodeQuotas, type NodeStreams } from './node-quotas.js';
import { parseStreamName } from './ports/stream-name.js';
import type { PublisherSession } from './publisher-session.js';
import { IncomingQuotaError } from './signaling.errors.js';

/** @param bitrates of those who publish; undefined: not known yet */
function nodeWith(bitrates: readonly (number | undefined)[]): NodeStreams {
  const streams = bitrates.map((bitrateBps, n) => {
    const live = new LiveStream(parseStreamName(`cam-${String(n)}`), 0, 'session');
    const statistics = bitrateBps === undefined ? [] : [{ bitrateBps }];
    live.session = { isClosed: false, statistics } as unknown as PublisherSession;
    return live;
  });
  return { streams: () => streams, findStream: (name) => streams.find((live) => live.name === name) };
}

const NEW = parseStreamName('new');

describe('NodeQuotas', () => {
  const of = (incomingBps: number, publisherBps = Infinity): NodeQuotas =>
    new NodeQuotas({ ...NO_LIMITS, incomingBps, publisherBps });

  it.each([
    ['fits whole', 4_000_000, [1_000_000, 1_000_000], false],
    ['would be too much with what it may send itself', 3_999_999, [1_000_000, 1_000_000], true],
    ['comes at once with others who are not known yet', 5_999_999, [undefined, undefined], true],
    ['comes at once with others, and there is room', 6_000_000, [undefined, undefined], false],
    ['is alone, whatever it may send', 1_000_000, [], false],
  ])('says of a publisher who %s whether it is one too many', (_what, incomingBps, bitrates, isTooMuch) => {
    const admit = (): void => {
      of(incomingBps, 2_000_000).admitPublisher(nodeWith(bitrates), NEW);
    };

    if (isTooMuch) expect(admit).toThrow(IncomingQuotaError);
    else expect(admit).not.toThrow();
  });

  it('goes by what is measured where a publisher has no limit of its own', () => {
    expect(() => {
      of(3_000_000).admitPublisher(nodeWith([2_999_999]), NEW);
    }).not.toThrow();
    expect(() => {
      of(3_000_000).admitPublisher(nodeWith([3_000_000]), NEW);
    }).toThrow(IncomingQuotaError);
  });

  it('lets in who comes back', () => {
    expect(() => {
      of(1_000_000, 2_000_000).admitPublisher(nodeWith([5_000_000]), parseStreamName('cam-0'));
    }).not.toThrow();
  });
});
