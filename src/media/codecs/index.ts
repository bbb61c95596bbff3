import type { CodecDefinition, MediaKind, RecordableCodec } from './codec.js';
import { av1 } from './av1.js';
import { pcma, pcmu } from './g711.js';
import { h264 } from './h264.js';
import { h265 } from './h265.js';
import { opus } from './opus.js';
import { vp8 } from './vp8.js';
import { vp9 } from './vp9.js';

/** Every codec that Aircheck takes. */
export const codecs: readonly CodecDefinition[] = [h264, vp9, av1, h265, vp8, opus, pcmu, pcma];
/** Those that it records. */
export const recordableCodecs: readonly RecordableCodec[] = codecs.filter(isRecordable);

export function isRecordable(codec: CodecDefinition): codec is RecordableCodec {
  return codec.isobmff !== undefined;
}

/** @returns false for a codec that is taken live only, or not at all */
export function isRecorded(name: string, kind: MediaKind): boolean {
  const codec = findCodec(name, kind);
  return codec !== undefined && isRecordable(codec);
}

/**
 * @param name encoding name of `a=rtpmap`, in any case
 * @returns undefined for a codec that is not taken
 */
export function findCodec(name: string, kind: MediaKind): CodecDefinition | undefined {
  const wanted = name.toLowerCase();
  return codecs.find((codec) => codec.kind === kind && codec.name.toLowerCase() === wanted);
}
