import type { SrtpCryptoFactory, SrtpKeySet, SrtpSessionKeys } from './crypto.js';
import { srtpProfiles, type SrtpProfile, type SrtpProfileLayout } from './profile.js';

const BLOCK_BYTES = 16;
/** RFC 3711 section 4.3.2: labels 0 to 2 are for SRTP, 3 to 5 for SRTCP. */
const RTP_LABELS = 0;
const RTCP_LABELS = 3;

/**
 * Session keys from a master key (RFC 3711 section 4.3; RFC 7714 section 11 keeps it for GCM, a 12-byte salt is padded
 * with zeros on the right). The key derivation rate is 0, as DTLS-SRTP has it: derived once per session.
 *
 * @throws {RangeError} when key or salt have not the profile's length
 */
export function deriveSessionKeys(
  profile: SrtpProfile,
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
  crypto: SrtpCryptoFactory,
): SrtpSessionKeys {
  const layout = srtpProfiles[profile];
  if (masterKey.length !== layout.keyLength || masterSalt.length !== layout.saltLength) {
    throw new RangeError(`Not a master key and salt of ${profile}.`);
  }
  return {
    rtp: deriveKeySet(layout, masterKey, masterSalt, crypto, RTP_LABELS),
    rtcp: deriveKeySet(layout, masterKey, masterSalt, crypto, RTCP_LABELS),
  };
}

function deriveKeySet(
  layout: SrtpProfileLayout,
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
  crypto: SrtpCryptoFactory,
  firstLabel: number,
): SrtpKeySet {
  return {
    encryptionKey: derive(masterKey, masterSalt, crypto, firstLabel, layout.keyLength),
    authenticationKey: derive(masterKey, masterSalt, crypto, firstLabel + 1, layout.authenticationKeyLength),
    salt: derive(masterKey, masterSalt, crypto, firstLabel + 2, layout.saltLength),
  };
}

/** AES in counter mode over `(label << 48) XOR salt`, RFC 3711 section 4.3.3. */
function derive(
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
  crypto: SrtpCryptoFactory,
  label: number,
  length: number,
): Uint8Array {
  const counter = new Uint8Array(BLOCK_BYTES);
  counter.set(masterSalt);
  counter[7] = (counter[7] ?? 0) ^ label;
  const derived = new Uint8Array(Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES);
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    counter[BLOCK_BYTES - 1] = at / BLOCK_BYTES;
    derived.set(crypto.encryptBlock(masterKey, counter), at);
  }
  return derived.slice(0, length);
}
