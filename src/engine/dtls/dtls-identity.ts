import { X509Certificate } from 'node:crypto';
import { CipherContext, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm, type SignatureHash } from 'werift';
import type { DtlsFingerprint } from '../../media/sdp/session.js';
import { certificateFingerprint } from './fingerprint.js';

/** A certificate with its key, made once per worker: ECDSA P-256, self-signed, known to peers by its fingerprint only. */
export interface DtlsIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly signatureHash: SignatureHash;
  readonly fingerprint: DtlsFingerprint;
}

export async function createDtlsIdentity(): Promise<DtlsIdentity> {
  const made = await CipherContext.createSelfSignedCertificateWithKey(
    { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
    NamedCurveAlgorithm.secp256r1_23,
  );
  return {
    certificatePem: made.certPem,
    privateKeyPem: made.keyPem,
    signatureHash: made.signatureHash,
    fingerprint: certificateFingerprint(new X509Certificate(made.certPem).raw, 'sha-256'),
  };
}
