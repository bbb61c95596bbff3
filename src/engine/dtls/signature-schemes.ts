/** ECDSA with SHA-256 (RFC 5246 section 7.4.1.4.1): what our certificate signs with. */
export const ECDSA_SHA256 = 0x0403;

/** The schemes that are offered to peers, preferred first, and the kind of key that each needs. */
export const signatureSchemes: ReadonlyMap<number, string> = new Map([
  [ECDSA_SHA256, 'ec'],
  [0x0401, 'rsa'],
]);
