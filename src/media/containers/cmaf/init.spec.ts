import { h264 } from '../../codecs/h264.js';
import { opus } from '../../codecs/opus.js';
import type { CodecParameters } from '../../codecs/codec.js';
import { encodeInit } from './init.js';

const CONFIGURATION = Uint8Array.of(1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0);
const VIDEO: CodecParameters = {
  codecString: 'avc1.42C01E',
  configuration: CONFIGURATION,
  width: 640,
  height: 360,
  reorderDepth: 0,
};
const AUDIO: CodecParameters = {
  codecString: 'opus',
  configuration: Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
  sampleRate: 48_000,
  channels: 2,
  reorderDepth: 0,
};
/** Boxes that hold boxes, and how many bytes come before the first one. */
const CONTAINERS: Readonly<Record<string, number>> = {
  moov: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  dinf: 0,
  stbl: 0,
  mvex: 0,
  dref: 8,
  stsd: 8,
  avc1: 78,
  Opus: 28,
};

/** Content of every box by its path; fails where sizes do not add up. */
function boxesOf(bytes: Uint8Array, path = '', found = new Map<string, Uint8Array>()): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = 0;
  while (offset < bytes.length) {
    const size = view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    expect(size).toBeGreaterThanOrEqual(8);
    expect(offset + size).toBeLessThanOrEqual(bytes.length);
    const content = bytes.subarray(offset + 8, offset + size);
    found.set(path + type, content);
    const skipped = CONTAINERS[type];
    if (skipped !== undefined) boxesOf(content.subarray(skipped), `${path}${type}/`, found);
    offset += size;
  }
  return found;
}

function text(bytes: Uint8Array | undefined): string {
  return String.fromCharCode(...(bytes ?? []));
}

const VIDEO_ENTRY = 'moov/trak/mdia/minf/stbl/stsd/avc1';
const AUDIO_ENTRY = 'moov/trak/mdia/minf/stbl/stsd/Opus';

describe('encodeInit', () => {
  it('says CMAF with signed composition offsets and no edit list', () => {
    const boxes = boxesOf(encodeInit({ codec: h264, parameters: VIDEO, timescale: 90_000 }));

    expect(text(boxes.get('ftyp'))).toBe('cmf2\0\0\0\0iso6cmfccmf2');
    expect([...boxes.keys()].some((path) => path.includes('edts'))).toBe(false);
    expect(boxes.has('moov/mvex/trex')).toBe(true);
  });

  it('describes a video track', () => {
    const boxes = boxesOf(encodeInit({ codec: h264, parameters: VIDEO, timescale: 90_000 }));
    const entry = boxes.get(VIDEO_ENTRY);

    expect(boxes.get(`${VIDEO_ENTRY}/avcC`)).toEqual(CONFIGURATION);
    expect(entry?.subarray(24, 28)).toEqual(Uint8Array.of(640 >> 8, 640 & 0xff, 360 >> 8, 360 & 0xff));
    expect(boxes.get(`${VIDEO_ENTRY}/pasp`)).toEqual(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1));
    expect(boxes.get(`${VIDEO_ENTRY}/colr`)).toEqual(Uint8Array.of(...[0x6e, 0x63, 0x6c, 0x78], 0, 2, 0, 2, 0, 2, 0));
    expect(boxes.get('moov/trak/mdia/mdhd')?.subarray(12, 16)).toEqual(Uint8Array.of(0, 1, 0x5f, 0x90));
    expect(text(boxes.get('moov/trak/mdia/hdlr')?.subarray(8, 12))).toBe('vide');
  });

  it('shows pixels that are not square in their shape', () => {
    const parameters = { ...VIDEO, pixelAspectRatio: { horizontal: 4, vertical: 3 } };
    const colour = { primaries: 1, transfer: 1, matrix: 1, isFullRange: true };
    const boxes = boxesOf(encodeInit({ codec: h264, parameters: { ...parameters, colour }, timescale: 90_000 }));
    const header = boxes.get('moov/trak/tkhd');

    expect(header?.subarray(76, 84)).toEqual(
      Uint8Array.of(853 >> 8, 853 & 0xff, 0x55, 0x55, 360 >> 8, 360 & 0xff, 0, 0),
    );
    expect(boxes.get(`${VIDEO_ENTRY}/colr`)?.subarray(4)).toEqual(Uint8Array.of(0, 1, 0, 1, 0, 1, 0x80));
  });

  it('describes an Opus track and how much to decode before a random access point', () => {
    const boxes = boxesOf(encodeInit({ codec: opus, parameters: AUDIO, timescale: 48_000 }));
    const entry = boxes.get(AUDIO_ENTRY);

    expect(boxes.get(`${AUDIO_ENTRY}/dOps`)).toEqual(AUDIO.configuration);
    expect(entry?.subarray(16, 28)).toEqual(Uint8Array.of(0, 2, 0, 16, 0, 0, 0, 0, 0xbb, 0x80, 0, 0));
    expect(boxes.get('moov/trak/mdia/minf/stbl/sgpd')).toEqual(
      Uint8Array.of(1, 0, 0, 0, ...[0x72, 0x6f, 0x6c, 0x6c], 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xfc),
    );
    expect(text(boxes.get('moov/trak/mdia/hdlr')?.subarray(8, 12))).toBe('soun');
  });

  it('gives the same bytes for the same parameters', () => {
    const track = { codec: h264, parameters: VIDEO, timescale: 90_000 };

    expect(encodeInit(track)).toEqual(encodeInit({ ...track, parameters: { ...VIDEO } }));
  });
});
