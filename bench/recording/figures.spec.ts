import { costs, difference, packetsOfUnits, percentile, table } from './figures.js';

const window = {
  ...{ durationMs: 10_000, streams: 50, cpuUs: 2_000_000 },
  ...{ packetsSent: 200_000, packetsDropped: 0, residentMb: 300, baseMb: 200 },
};

describe('what a run cost', () => {
  it('is told per packet, per stream and of a core', () => {
    expect(costs(window)).toEqual({
      ...{ packetsPerSecond: 20_000, usPerReceivedPacket: 10, megabytesPerStream: 2 },
      ...{ corePercent: 20, corePercentPerStream: 0.4 },
    });
  });

  it('does not become less by packets that the kernel dropped before the server had them', () => {
    expect(costs({ ...window, packetsDropped: 100_000 }).usPerReceivedPacket).toBe(20);
  });
});

describe('a percentile', () => {
  it('is a value that was measured', () => {
    expect(percentile([30, 10, 20, 40], 0.5)).toBe(20);
    expect(percentile([30, 10, 20, 40], 0.95)).toBe(40);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('packets of NAL units', () => {
  it('are one for each that fits, and pieces behind two bytes of header for others', () => {
    expect(packetsOfUnits([20, 1200], 1200)).toBe(2);
    // 1 byte of the unit's header is not sent again: 2396 bytes in two pieces of 1198.
    expect(packetsOfUnits([2397], 1200)).toBe(2);
    expect(packetsOfUnits([2398], 1200)).toBe(3);
  });
});

describe('the difference between what was sent and what was recorded', () => {
  const sent = ['a', 'b', 'c', 'b', 'd'];

  it('is nothing where every frame is there', () => {
    expect(difference(sent, sent)).toEqual({ missing: 0, missingAtStart: 0, missingAtEnd: 0, foreign: 0 });
  });

  it('says where frames are missing', () => {
    expect(difference(sent, ['b', 'b'])).toEqual({ missing: 3, missingAtStart: 1, missingAtEnd: 1, foreign: 0 });
    expect(difference(sent, [])).toEqual({ missing: 5, missingAtStart: 5, missingAtEnd: 0, foreign: 0 });
  });

  it('counts what was never sent', () => {
    expect(difference(sent, ['a', 'x', 'b', 'c', 'b', 'd'])).toMatchObject({ missing: 0, foreign: 1 });
  });
});

describe('a table', () => {
  it('has its first column on the left and the others on the right', () => {
    expect(
      table([
        ['name', 'µs'],
        ['long name', '7'],
      ]),
    ).toBe('name       µs\nlong name   7');
  });
});
