import { pcma, pcmu } from './g711.js';
import { MemorySink } from './memory-sink.js';

describe('G.711', () => {
  it.each([
    [pcmu, 'ulaw'],
    [pcma, 'alaw'],
  ])('is one access unit a packet, one sample a byte', (codec, codecString) => {
    const sink = new MemorySink();
    const bytes = new Uint8Array(160).fill(0xd5);
    codec.createDepacketizer(sink, {}).push({ bytes, offset: 0, length: 160, timestamp: 7, marker: false });

    expect(sink.units).toEqual([
      {
        timestamp: 7,
        isKeyframe: true,
        durationTicks: 160,
        parameters: { codecString, configuration: new Uint8Array(0), sampleRate: 8000, channels: 1, reorderDepth: 0 },
        bytes,
      },
    ]);
  });
});
