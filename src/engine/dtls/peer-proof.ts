import { verify, X509Certificate, type KeyObject } from 'node:crypto';
import type { DtlsFingerprint } from '../../media/sdp/session.js';
import { matchesFingerprints } from './fingerprint.js';
import { readCertificate, type PeerSignature } from './handshake-messages.js';
import { AlertDescription, HandshakeRefusedError, refuseIf, refuseUnless } from './handshake-refused-error.js';
import { signatureSchemes } from './signature-schemes.js';

const { badCertificate, decryptError } = AlertDescription;

/** Checks that the peer's certificate is the announced one, and that the peer holds its key: without that a copied certificate would do. */
export class PeerProof {
  private key: KeyObject | undefined;

  constructor(private readonly fingerprints: readonly DtlsFingerprint[]) {}

  /** @param body of a Certificate message @throws {HandshakeRefusedError} */
  takeCertificate(body: Uint8Array): void {
    const der = readCertificate(body);
    const isAnnounced = matchesFingerprints(der, this.fingerprints);
    refuseUnless(isAnnounced, 'a certificate whose fingerprint was not announced', badCertificate);
    this.key = publicKeyOf(der);
  }

  /** What a CertificateVerify of a client or a ServerKeyExchange shows. @throws {HandshakeRefusedError} */
  examine({ scheme, signature }: PeerSignature, content: Uint8Array): void {
    const { key } = this;
    refuseUnless(key !== undefined, 'a signature without a certificate');
    refuseIf(signatureSchemes.get(scheme) !== key.asymmetricKeyType, 'a signature of another kind', decryptError);
    refuseIf(!isSigned(content, key, signature), 'a wrong signature', decryptError);
  }
}

function publicKeyOf(der: Uint8Array): KeyObject {
  try {
    return new X509Certificate(der).publicKey;
  } catch (error) {
    throw new HandshakeRefusedError('The peer sent a certificate that cannot be read.', badCertificate, {
      cause: error,
    });
  }
}

function isSigned(content: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  try {
    return verify('sha256', content, key, signature);
  } catch {
    return false;
  }
}
