import { ascii, uint32 } from '../../bytes.js';
import { box } from './box.js';

/**
 * Brands of an init object.
 *
 * `iso6` brings `tfdt` and default-base-is-moof, `cmfc` is CMAF's structure, and `cmf2` its stricter form: no edit
 * list, composition offsets signed (`trun` version 1), defaults repeated in every fragment. With B-frames the first
 * picture shown is at time 0 only through negative offsets, so files need what `cmf2` says and all are written so.
 */
export const FILE_TYPE = box('ftyp', ascii('cmf2'), uint32(0), ascii('iso6'), ascii('cmfc'), ascii('cmf2'));

/**
 * The first bytes of every segment file: a DASH media segment (`msdh`) of CMAF chunks (`cmfl`). Not `cmfs`, which
 * promises a sync sample at the start: a segment that was cut by time has none.
 */
export const SEGMENT_TYPE = box('styp', ascii('msdh'), uint32(0), ascii('msdh'), ascii('cmfl'));
