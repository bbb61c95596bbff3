import { ascii, uint16, uint32, uint8 } from '../../bytes.js';
import type { CodecParameters } from '../../codecs/codec.js';
import type { TrackDescription } from '../container.js';
import { box, fullBox, zeros } from './box.js';
import { FILE_TYPE } from './brands.js';
import { TRACK_ID } from './layout.js';
import {
  handlerBox,
  LANGUAGE_UNDETERMINED,
  mediaInformation,
  rollGroup,
  TRACK_FLAGS,
  UNITY_MATRIX,
} from './movie-boxes.js';

/** Of `mvhd`, which times nothing here: there are no samples in the movie box. */
const MOVIE_TIMESCALE = 1000;
const DPI_72 = 0x48_0000;

/**
 * The init object of one track: `ftyp` and a `moov` without samples, ISO/IEC 14496-12 and 23000-19 section 7.
 *
 * Depends on its arguments alone: the same parameters give the same bytes, so a known init object can be found by hash.
 */
export function encodeInit(track: TrackDescription): Uint8Array {
  const movie = box('moov', movieHeader(), trackBox(track), movieExtends());
  const bytes = new Uint8Array(FILE_TYPE.length + movie.length);
  bytes.set(FILE_TYPE);
  bytes.set(movie, FILE_TYPE.length);
  return bytes;
}

function movieHeader(): Uint8Array {
  const times = uint32(0, 0, MOVIE_TIMESCALE, 0);
  const rateAndVolume = [uint32(0x1_0000), uint16(0x100), zeros(10)];
  return fullBox('mvhd', 0, 0, times, ...rateAndVolume, UNITY_MATRIX, zeros(24), uint32(TRACK_ID + 1));
}

function movieExtends(): Uint8Array {
  const descriptionIndex = 1;
  return box('mvex', fullBox('trex', 0, 0, uint32(TRACK_ID, descriptionIndex, 0, 0, 0)));
}

function trackBox(track: TrackDescription): Uint8Array {
  return box('trak', trackHeader(track), mediaBox(track));
}

function trackHeader({ codec, parameters }: TrackDescription): Uint8Array {
  const times = uint32(0, 0, TRACK_ID, 0, 0);
  const volume = codec.kind === 'audio' ? 0x100 : 0;
  const { width, height } = displaySize(parameters);
  const layerToVolume = [zeros(8), uint16(0, 0, volume, 0)];
  return fullBox('tkhd', 0, TRACK_FLAGS, times, ...layerToVolume, UNITY_MATRIX, uint32(width, height));
}

/** Size in square pixels, 16.16 fixed point. */
function displaySize({ width = 0, height = 0, pixelAspectRatio }: CodecParameters): { width: number; height: number } {
  const { horizontal, vertical } = pixelAspectRatio ?? { horizontal: 1, vertical: 1 };
  return { width: Math.round((width * 0x1_0000 * horizontal) / vertical) >>> 0, height: height * 0x1_0000 };
}

function mediaBox(track: TrackDescription): Uint8Array {
  const header = fullBox('mdhd', 0, 0, uint32(0, 0, track.timescale, 0), uint16(LANGUAGE_UNDETERMINED, 0));
  const { kind } = track.codec;
  return box('mdia', header, handlerBox(kind), ...mediaInformation(kind, sampleTable(track)));
}

/** All tables are empty; the samples are told by the fragments. */
function sampleTable(track: TrackDescription): Uint8Array {
  const entry = track.codec.kind === 'video' ? visualSampleEntry(track) : audioSampleEntry(track);
  return box(
    'stbl',
    fullBox('stsd', 0, 0, uint32(1), entry),
    fullBox('stts', 0, 0, uint32(0)),
    fullBox('stsc', 0, 0, uint32(0)),
    fullBox('stsz', 0, 0, uint32(0, 0)),
    fullBox('stco', 0, 0, uint32(0)),
    ...rollGroup(track.codec.isobmff),
  );
}

const ENTRY_START = [zeros(6), uint16(1)];

function visualSampleEntry({ codec, parameters }: TrackDescription): Uint8Array {
  const { width = 0, height = 0 } = parameters;
  const { horizontal, vertical } = parameters.pixelAspectRatio ?? { horizontal: 1, vertical: 1 };
  const framesPerSample = 1;
  const depth = 0x18;
  return box(
    codec.isobmff.sampleEntryType,
    ...ENTRY_START,
    zeros(16),
    uint16(width, height),
    uint32(DPI_72, DPI_72, 0),
    uint16(framesPerSample),
    zeros(32),
    uint16(depth, 0xffff),
    box(codec.isobmff.configurationBoxType, parameters.configuration),
    colourBox(parameters),
    box('pasp', uint32(horizontal, vertical)),
  );
}

function colourBox({ colour }: CodecParameters): Uint8Array {
  const { primaries, transfer, matrix, isFullRange } = colour ?? {
    primaries: 2,
    transfer: 2,
    matrix: 2,
    isFullRange: false,
  };
  return box('colr', ascii('nclx'), uint16(primaries, transfer, matrix), uint8(isFullRange ? 0x80 : 0));
}

function audioSampleEntry({ codec, parameters }: TrackDescription): Uint8Array {
  const { channels = 2, sampleRate = codec.clockRate } = parameters;
  const sampleBits = 16;
  return box(
    codec.isobmff.sampleEntryType,
    ...ENTRY_START,
    zeros(8),
    uint16(channels, sampleBits, 0, 0, sampleRate, 0),
    box(codec.isobmff.configurationBoxType, parameters.configuration),
  );
}
