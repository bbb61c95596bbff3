import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import { createMediaBlock } from '../udp/media-block.js';
import { srtpCrypto } from './node-srtp-crypto.js';
import { chooseSrtp } from './srtp-choice.js';
import { SrtpTrial } from './srtp-trial.js';
import { compiledKernels } from './testing/implementations.js';

describe('chooseSrtp', () => {
  it('takes what is configured', () => {
    expect(chooseSrtp('node', createMediaBlock(1), compiledKernels)).toMatchObject({
      name: 'node',
      reason: 'configured',
    });
    expect(chooseSrtp('wasm', createMediaBlock(1), compiledKernels)).toMatchObject({
      name: 'wasm',
      reason: 'configured',
    });
  });

  it('measures both where it may choose, says what they cost, and gives the memory for that back', () => {
    const block = createMediaBlock(1);
    const { name, reason } = chooseSrtp('auto', block, compiledKernels);
    const { usedBytes } = block.memory;
    chooseSrtp('auto', block, compiledKernels);

    const [, wasm = '', node = ''] = /^([\d.]+) µs per packet by wasm, ([\d.]+) µs by node$/.exec(reason) ?? [];
    expect(name).toBe(Number(wasm) < Number(node) ? 'wasm' : 'node');
    expect(block.memory.usedBytes).toBe(usedBytes);
  });

  it('does without kernels that are missing or no kernels, unless they were asked for', () => {
    const missing = (): Uint8Array => {
      throw new Error('No such file.');
    };

    expect(chooseSrtp('auto', createMediaBlock(1), missing)).toMatchObject({ name: 'node', reason: 'No such file.' });
    expect(chooseSrtp('auto', createMediaBlock(1), () => new Uint8Array(8)).name).toBe('node');
    expect(() => chooseSrtp('wasm', createMediaBlock(1), missing)).toThrow('No such file.');
  });
});

describe('SrtpTrial', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('goes on where others have the processor: the clock runs, the thread does not', () => {
    const { memory } = createMediaBlock(1);
    let nowMs = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 20));
    using trial = new SrtpTrial(memory);
    const opened = { packets: 0 };

    trial.compare(counting(opened), srtpCrypto);

    expect(opened.packets).toBeGreaterThan(3 * 64);
  });
});

function counting(opened: { packets: number }): SrtpCryptoFactory {
  return {
    ...srtpCrypto,
    create(profile, keys) {
      const crypto = srtpCrypto.create(profile, keys);
      const { openRtpTogether } = crypto;
      crypto.openRtpTogether = (bytes, packets, count) => {
        opened.packets += count;
        openRtpTogether.call(crypto, bytes, packets, count);
      };
      return crypto;
    },
  };
}
