// The boxes of a fragment header, as written and as read back: ISO/IEC 14496-12 section 8.8. Types are four characters each.

export const MOOF = 0x6d6f_6f66;
export const MFHD = 0x6d66_6864;
export const TRAF = 0x7472_6166;
export const TFHD = 0x7466_6864;
export const TFDT = 0x7466_6474;
export const TRUN = 0x7472_756e;
export const SBGP = 0x7362_6770;
export const MDAT = 0x6d64_6174;

/** Of the one track that a file has. */
export const TRACK_ID = 1;

/** Size and type. */
export const BOX_HEADER_BYTES = 8;
/** Box header, version and flags, sequence number. */
export const MFHD_BYTES = 16;
/** With default_sample_flags. */
export const TFHD_BYTES = 20;
/** Version 1, 64 bits. */
export const TFDT_BYTES = 20;
/** With data_offset, before the sample rows. */
export const TRUN_FIXED_BYTES = 20;

/** Of sound: version 0, one row, which puts all samples of the fragment into one group. */
export const SBGP_BYTES = 28;
/** Grouping type of `sbgp`: how much to decode in front of a sample. */
export const ROLL = 0x726f_6c6c;

/** Flags of `trun`: what each of its sample rows has. */
export const TRUN_DURATION = 0x100;
export const TRUN_SIZE = 0x200;
export const TRUN_FLAGS = 0x400;
export const TRUN_COMPOSITION_OFFSET = 0x800;
