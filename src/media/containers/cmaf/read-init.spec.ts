import fc from 'fast-check';
import { h264 } from '../../codecs/h264.js';
import { opus } from '../../codecs/opus.js';
import { encodeInit } from './init.js';
import { readInit } from './read-init.js';

function videoInit(width = 640, height = 360, timescale = 90_000): Uint8Array {
  const configuration = Uint8Array.of(1, 0x42, 0xe0, 0x1f, 0xff, 0xe0, 0);
  const parameters = { codecString: 'avc1.42E01F', configuration, width, height, reorderDepth: 0 };
  return encodeInit({ codec: h264, parameters, timescale });
}

function audioInit(): Uint8Array {
  const configuration = Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0);
  const parameters = { codecString: 'opus', configuration, sampleRate: 48_000, channels: 2, reorderDepth: 0 };
  return encodeInit({ codec: opus, parameters, timescale: 48_000 });
}

/** The box that has the type, whole. */
function entryIn(init: Uint8Array, type: string): Uint8Array {
  const start = Buffer.from(init).indexOf(type) - 4;
  return init.slice(start, start + Buffer.from(init).readUInt32BE(start));
}

describe('readInit', () => {
  it('knows a video track by its init object, whatever its size and timescale', () => {
    const size = fc.integer({ min: 1, max: 0xffff });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 0xffff_ffff }), (width, height, timescale) => {
        expect(readInit(videoInit(width, height, timescale))).toEqual({
          codec: h264,
          codecString: 'avc1.42E01F',
          timescale,
          width,
          height,
          sampleEntry: entryIn(videoInit(width, height, timescale), 'avc1'),
          configuration: Uint8Array.of(1, 0x42, 0xe0, 0x1f, 0xff, 0xe0, 0),
          displaySize: [width * 0x1_0000, height * 0x1_0000],
        });
      }),
    );
  });

  it('knows an audio track by its init object', () => {
    expect(readInit(audioInit())).toEqual({
      codec: opus,
      codecString: 'opus',
      timescale: 48_000,
      sampleRate: 48_000,
      channels: 2,
      sampleEntry: entryIn(audioInit(), 'Opus'),
      configuration: Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
      displaySize: [0, 0],
    });
  });

  it('knows nothing of one that was cut short, wherever', () => {
    for (const whole of [videoInit(), audioInit()]) {
      for (let length = 0; length < whole.length; length++) expect(readInit(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it('knows nothing of codecs that are not ours and of configurations that cannot be', () => {
    const replaced = (from: string, to: string): Uint8Array =>
      Uint8Array.from(Buffer.from(Buffer.from(videoInit()).toString('latin1').replace(from, to), 'latin1'));

    expect(readInit(replaced('avc1', 'mp4v'))).toBeUndefined();
    expect(readInit(replaced('avcC', 'free'))).toBeUndefined();
    expect(readInit(replaced('vide', 'soun'))).toBeUndefined();
    expect(readInit(replaced('avcC\u0001', 'avcC\u0002'))).toBeUndefined();
  });

  it('throws on no bytes at all', () => {
    const damaged = fc
      .tuple(fc.constantFrom(videoInit(), audioInit()), fc.array(fc.tuple(fc.nat(800), fc.nat(255)), { maxLength: 8 }))
      .map(([whole, changes]) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 400 })), (bytes) => {
        expect(() => readInit(bytes)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});
