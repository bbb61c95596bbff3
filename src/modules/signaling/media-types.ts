/** RFC 8866 section 8.1. */
export const OFFER_TYPE = 'application/sdp';
/** RFC 8840 section 9. */
export const FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag';
