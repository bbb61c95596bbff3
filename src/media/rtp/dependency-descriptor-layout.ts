// Where things lie in a dependency descriptor: "RTP Payload Format For AV1", appendix A.8.2.

/** "mandatory_descriptor_fields", which every descriptor has: flags and template, then the frame number. */
export const MANDATORY_BYTES = 3;
export const FRAME_NUMBER_AT = 1;
/** Where the mask of decode targets is, in bits, behind the five flags of "extended_descriptor_fields" where no structure lies between. */
export const EARLIEST_MASK_AT = MANDATORY_BYTES * 8 + 5;
