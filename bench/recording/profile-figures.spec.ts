import { allocationPortions, byFunction, byStage, cpuPortions, withinCpu, type CallFrame } from './profile-figures.js';

const frame = (functionName: string, url = ''): CallFrame => ({ functionName, url, lineNumber: 9, columnNumber: 0 });
const open = frame('open', 'file:///srv/dist/media/srtp/receiver.js');
const push = frame('push', 'file:///srv/dist/media/codecs/h264/depacketizer.js');

describe('a profile of the processor', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: open },
      { id: 3, callFrame: push },
      // The same function, called from elsewhere.
      { id: 4, callFrame: open },
      { id: 5, callFrame: frame('(program)') },
    ],
    samples: [1, 2, 3, 4, 5],
    timeDeltas: [900, 10, 20, 30, 500],
  };

  it('gives each function its time, the largest first', () => {
    expect(byFunction(cpuPortions(profile))).toEqual([
      ['(program)', 500],
      ['open srtp/receiver.js:10', 40],
      ['push h264/depacketizer.js:10', 20],
    ]);
  });

  it('gives each stage the time of its files', () => {
    expect(byStage(cpuPortions(profile))).toEqual([
      ['system calls and V8 itself', 500],
      ['SRTP', 40],
      ['depacketize', 20],
    ]);
  });

  it('takes what is no code for what the kernel says beyond the code', () => {
    expect(byStage(withinCpu(cpuPortions(profile), 100))).toEqual([
      ['SRTP', 40],
      ['system calls and V8 itself', 40],
      ['depacketize', 20],
    ]);
  });
});

describe('a profile of allocations', () => {
  it('gives each function what it allocated itself', () => {
    const tree = {
      ...{ callFrame: frame('(root)'), selfSize: 0 },
      children: [{ callFrame: push, selfSize: 64, children: [{ callFrame: open, selfSize: 32, children: [] }] }],
    };

    expect(byFunction(allocationPortions(tree))).toEqual([
      ['push h264/depacketizer.js:10', 64],
      ['open srtp/receiver.js:10', 32],
    ]);
  });
});
