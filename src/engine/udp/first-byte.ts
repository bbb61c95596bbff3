/** What a datagram begins with, by its first byte (RFC 7983 section 7). */
export const isStun = (first: number): boolean => first <= 3;
export const isDtls = (first: number): boolean => first >= 20 && first <= 63;
/** SRTP and SRTCP. */
export const isMedia = (first: number): boolean => first >= 128 && first <= 191;
