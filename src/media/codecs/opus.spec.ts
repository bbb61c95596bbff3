import fc from 'fast-check';
import { MemorySink } from './memory-sink.js';
import { opus } from './opus.js';

/** TOC byte: configuration, stereo bit, frame count code (RFC 6716 section 3.1). */
function toc(configuration: number, code: number): number {
  return (configuration << 3) | 4 | code;
}

/** CELT full band 20 ms, SILK narrow band 20 ms, CELT 2.5 ms. */
const CELT_20_MS = 31;
const SILK_20_MS = 1;
const SILK_60_MS = 3;
const CELT_2_5_MS = 28;

function receive(...packets: readonly Uint8Array[]): MemorySink {
  const sink = new MemorySink();
  const depacketizer = opus.createDepacketizer(sink, {});
  packets.forEach((bytes, index) => {
    depacketizer.push({ bytes, offset: 0, length: bytes.length, timestamp: 960 * index, marker: false });
  });
  return sink;
}

describe('Opus in SDP', () => {
  it('asks for in-band error correction and allows packets of 10 ms', () => {
    expect(opus.answerFormat({ minptime: '10', useinbandfec: '1' })).toBe('minptime=10;useinbandfec=1');
  });

  it.each([{ stereo: '1' }, { 'sprop-stereo': '1' }, { stereo: '1', 'sprop-stereo': '1' }])(
    'asks for stereo where it is offered: %j',
    (offered) => {
      expect(opus.answerFormat(offered)).toBe('minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1');
    },
  );
});

describe('OpusDepacketizer', () => {
  it('makes an access unit of each packet, byte for byte', () => {
    const packets = [Uint8Array.of(toc(CELT_20_MS, 0), 1, 2, 3), Uint8Array.of(toc(CELT_20_MS, 0), 4)];

    const { units } = receive(...packets);

    expect(units.map(({ bytes }) => bytes)).toEqual(packets);
    expect(units[1]).toMatchObject({ timestamp: 960, isKeyframe: true, durationTicks: 960 });
  });

  it('writes the configuration of a live stream: two channels, nothing to skip, 48 kHz', () => {
    const parameters = receive(Uint8Array.of(toc(CELT_20_MS, 0), 1)).units[0]?.parameters;

    expect(parameters).toMatchObject({ codecString: 'opus', sampleRate: 48_000, channels: 2, reorderDepth: 0 });
    expect(parameters?.configuration).toEqual(Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0));
  });

  it.each([
    ['one frame', [toc(CELT_20_MS, 0), 1, 2], 960],
    ['one frame of no bytes, as sent in silence', [toc(SILK_20_MS, 0)], 960],
    ['one frame of 2.5 ms', [toc(CELT_2_5_MS, 0), 1], 120],
    ['two frames of one size', [toc(CELT_20_MS, 1), 1, 2], 1920],
    ['two frames of two sizes', [toc(CELT_20_MS, 2), 1, 9, 8, 7], 1920],
    ['three frames of one size', [toc(CELT_20_MS, 3), 3, 1, 2, 3], 2880],
    ['two frames of two sizes with a count', [toc(SILK_60_MS, 3), 0x82, 2, 1, 2, 3], 5760],
    ['a frame with padding', [toc(CELT_20_MS, 3), 0x41, 2, 7, 0, 0], 960],
  ])('tells the length of %s', (_name, bytes, durationTicks) => {
    expect(receive(Uint8Array.from(bytes)).units[0]?.durationTicks).toBe(durationTicks);
  });

  it.each([
    ['two equal frames of an odd length', [toc(CELT_20_MS, 1), 1, 2, 3]],
    ['a first frame longer than the packet', [toc(CELT_20_MS, 2), 9, 1]],
    ['no length of the first frame', [toc(CELT_20_MS, 2)]],
    ['half a length of the first frame', [toc(CELT_20_MS, 2), 252]],
    ['no count', [toc(CELT_20_MS, 3)]],
    ['no frames', [toc(CELT_20_MS, 3), 0, 1]],
    ['more than 120 ms', [toc(SILK_60_MS, 3), 3, 1, 2, 3]],
    ['more padding than bytes', [toc(CELT_20_MS, 3), 0x41, 200, 1]],
    ['padding without end', [toc(CELT_20_MS, 3), 0x41, 255]],
    ['a frame above 1275 bytes', [toc(CELT_20_MS, 0), ...Array.from({ length: 1276 }, () => 1)]],
  ])('refuses a packet with %s', (_name, bytes) => {
    const sink = receive(Uint8Array.from(bytes));

    expect(sink.units).toEqual([]);
    expect(sink.damages).toBe(1);
  });

  it('ignores packets of padding alone', () => {
    expect(receive(new Uint8Array(0))).toMatchObject({ units: [], damages: 0 });
  });

  it('tells of a loss', () => {
    const sink = new MemorySink();
    const depacketizer = opus.createDepacketizer(sink, {});
    depacketizer.lost();
    depacketizer.flush();

    expect(sink.damages).toBe(1);
  });

  it('never throws, and gives every packet between 2.5 and 120 ms or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const { units } = receive(bytes);
        for (const unit of units) {
          expect(unit.durationTicks).toBeGreaterThanOrEqual(120);
          expect(unit.durationTicks).toBeLessThanOrEqual(5760);
          expect(unit.bytes).toEqual(bytes);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Opus where packets are missing', () => {
  /** Units that fill `missingMs`, each as `configuration/milliseconds`. */
  function fill(head: number, missingMs: number): string[] {
    const units: string[] = [];
    let left = missingMs * 48;
    for (let unit = opus.conceal?.(head, left); unit !== undefined; unit = opus.conceal?.(head, left)) {
      expect(unit.bytes).toHaveLength(1);
      expect(receive(unit.bytes).units[0]?.durationTicks).toBe(unit.durationTicks);
      units.push(`${String((unit.bytes[0] ?? 0) >> 3)}/${String(unit.durationTicks / 48)}`);
      left -= unit.durationTicks;
    }
    expect(Math.abs(left)).toBeLessThanOrEqual(60);
    return units;
  }

  it.each([
    ['one packet', CELT_20_MS, 20, ['31/20']],
    ['three packets', SILK_20_MS, 60, ['1/20', '1/20', '1/20']],
    ['a part of a CELT frame', CELT_20_MS, 37.5, ['31/20', '30/10', '29/5', '28/2.5']],
    ['a part of a SILK frame', SILK_60_MS, 70, ['3/60', '0/10']],
    ['less than SILK has, in narrow band', SILK_20_MS, 27.5, ['1/20', '17/5', '16/2.5']],
    ['less than SILK has, in medium band', 5, 95, ['5/20', '5/20', '5/20', '5/20', '4/10', '21/5']],
    ['less than hybrid has', 13, 15, ['12/10', '25/5']],
    ['less than hybrid has, in full band', 15, 5, ['29/5']],
  ])('fills %s with what the packet before is like', (_name, configuration, missingMs, units) => {
    expect(fill(toc(configuration, 0), missingMs)).toEqual(units);
  });

  it('asks for one frame each, with the channels of the packet before, whatever number of frames that has', () => {
    for (const code of [0, 1, 2, 3]) {
      expect(opus.conceal?.(toc(CELT_20_MS, code), 1920)?.bytes).toEqual(Uint8Array.of(toc(CELT_20_MS, 0)));
      expect(opus.conceal?.(toc(CELT_20_MS, code) & ~4, 1920)?.bytes).toEqual(Uint8Array.of(CELT_20_MS << 3));
    }
  });

  it('takes what is missing to the nearest 2.5 ms', () => {
    expect(fill(toc(CELT_20_MS, 0), 379.2)).toHaveLength(19);
    expect(fill(toc(CELT_20_MS, 0), 380.8)).toHaveLength(19);
    expect(fill(toc(CELT_20_MS, 0), 1.2)).toEqual([]);
    expect(opus.conceal?.(toc(CELT_20_MS, 0), -960)).toBeUndefined();
  });

  it('fills every hole to the nearest 2.5 ms after every packet', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 0, max: 500 }), (head, missingMs) => {
        fill(head, missingMs);
      }),
    );
  });
});
