/** DTLS-SRTP protection profiles (RFC 5764 section 4.1.2, RFC 7714 section 14.2), preferred first. */
export const srtpProfileNames = ['AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80'] as const;

/** A profile, by the name that RFC 4568 and RFC 7714 give its ciphers. */
export type SrtpProfile = (typeof srtpProfileNames)[number];

/** Lengths in bytes. */
export interface SrtpProfileLayout {
  /** The value in the DTLS use_srtp extension. */
  readonly dtlsId: number;
  readonly keyLength: number;
  readonly saltLength: number;
  /** 0 where encryption and authentication share a key. */
  readonly authenticationKeyLength: number;
  readonly tagLength: number;
  /** How far before the end of an SRTCP packet the word with E flag and index starts. */
  readonly rtcpIndexFromEnd: number;
}

/** The layout of each profile. */
export const srtpProfiles: Readonly<Record<SrtpProfile, SrtpProfileLayout>> = {
  AEAD_AES_128_GCM: {
    dtlsId: 0x0007,
    keyLength: 16,
    saltLength: 12,
    authenticationKeyLength: 0,
    tagLength: 16,
    rtcpIndexFromEnd: 4,
  },
  AES_CM_128_HMAC_SHA1_80: {
    dtlsId: 0x0001,
    keyLength: 16,
    saltLength: 14,
    authenticationKeyLength: 20,
    tagLength: 10,
    rtcpIndexFromEnd: 14,
  },
};
