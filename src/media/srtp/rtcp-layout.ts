/** The part of an RTCP packet that SRTCP leaves in the clear: first header and SSRC (RFC 3711 section 3.4). */
export const RTCP_HEADER_BYTES = 8;
/** The word behind the packet with E flag and index. */
export const RTCP_INDEX_BYTES = 4;
/** The E flag in that word. */
export const RTCP_ENCRYPTED_FLAG = 0x80000000;
/** The other bits of that word, and the highest index there is. */
export const LARGEST_RTCP_INDEX = 0x7fffffff;
