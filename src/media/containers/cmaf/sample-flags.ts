/** ISO/IEC 14496-12 section 8.8.3.1: depends on no other sample. */
export const SYNC_SAMPLE_FLAGS = 0x0200_0000;
/** Depends on others, is not a sync sample. */
export const NON_SYNC_SAMPLE_FLAGS = 0x0101_0000;
/** The bit that says "is not a sync sample". */
export const IS_NON_SYNC_FLAG = 0x0001_0000;
