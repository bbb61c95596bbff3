import { createHash, createHmac, timingSafeEqual, verify, X509Certificate, type KeyObject } from 'node:crypto';
import type { DtlsSocket } from 'werift';
import { readUint16, readUint24 } from '../../media/bytes.js';
import type { DtlsFingerprint } from '../../media/sdp/session.js';
import { matchesFingerprints } from './fingerprint.js';

/** Handshake types that prove something, RFC 5246 section 7.4. */
const HandshakeType = { certificate: 11, serverKeyExchange: 12, certificateVerify: 15, finished: 20 } as const;
/** The schemes that are offered (RFC 5246 section 7.4.1.4.1): SHA-256 with RSA or ECDSA. */
const SHA256_SCHEMES = new Map([
  [0x0401, 'rsa'],
  [0x0403, 'ec'],
]);
const NAMED_CURVE = 3;
const VERIFY_DATA_BYTES = 12;

/** Someone is not who the offer said, or broke the handshake. The message says how. */
class HandshakeRefusedError extends Error {
  override readonly name = 'HandshakeRefusedError';
}

interface HandshakePart {
  readonly msg_type: number;
  /** The message without its header. */
  readonly fragment: Uint8Array;
}

/**
 * Checks what the DTLS library leaves unchecked: that the peer's certificate is the announced one, that the peer holds
 * its key (CertificateVerify of a client, ServerKeyExchange of a server), and that both saw the same handshake (Finished).
 * Without the signatures a copied certificate would do.
 */
export class PeerProof {
  private certificate: X509Certificate | undefined;
  private holdsKey = false;
  private finished = false;

  constructor(
    private readonly peerRole: 'client' | 'server',
    private readonly fingerprints: readonly DtlsFingerprint[],
  ) {}

  /** All three were shown. */
  get isComplete(): boolean {
    return this.certificate !== undefined && this.holdsKey && this.finished;
  }

  /**
   * Looks at a handshake message of the peer before the library does.
   *
   * @throws {HandshakeRefusedError} when it proves the contrary
   */
  examine(message: HandshakePart, socket: DtlsSocket): void {
    if (message.msg_type === HandshakeType.certificate) this.examineCertificate(message.fragment);
    else if (message.msg_type === HandshakeType.certificateVerify && this.peerRole === 'client')
      this.examineSignature(message.fragment, transcript(socket));
    else if (message.msg_type === HandshakeType.serverKeyExchange && this.peerRole === 'server')
      this.examineKeyExchange(message.fragment, socket);
    else if (message.msg_type === HandshakeType.finished) this.examineFinished(message.fragment, socket);
  }

  /** RFC 5246 section 7.4.2: a list of DER certificates, the peer's own first. */
  private examineCertificate(body: Uint8Array): void {
    refuseIf(this.certificate !== undefined, 'a second certificate');
    refuseIf(body.length < 6, 'no certificate');
    const length = readUint24(body, 3);
    refuseIf(length === 0 || 6 + length > body.length, 'no certificate');
    const der = body.subarray(6, 6 + length);
    refuseIf(!matchesFingerprints(der, this.fingerprints), 'a certificate whose fingerprint was not announced');
    this.certificate = parseCertificate(der);
  }

  /** RFC 5246 section 7.4.3: the curve and the server's public key, signed together with both randoms. */
  private examineKeyExchange(body: Uint8Array, socket: DtlsSocket): void {
    const keyEnd = 4 + (body[3] ?? 0);
    refuseIf(body[0] !== NAMED_CURVE || keyEnd + 4 > body.length, 'a malformed key exchange');
    const { localRandom, remoteRandom } = socket.cipher;
    this.examineSignature(
      body.subarray(keyEnd),
      Buffer.concat([localRandom.serialize(), remoteRandom.serialize(), body.subarray(0, keyEnd)]),
    );
  }

  /** @param signed scheme (2 bytes), length (2 bytes), signature */
  private examineSignature(signed: Uint8Array, content: Uint8Array): void {
    refuseIf(this.certificate === undefined || signed.length < 4, 'a signature without a certificate');
    const scheme = readUint16(signed, 0);
    const length = readUint16(signed, 2);
    refuseIf(4 + length !== signed.length, 'a malformed signature');
    const key = this.certificate?.publicKey;
    refuseIf(key === undefined || SHA256_SCHEMES.get(scheme) !== key.asymmetricKeyType, 'a signature of another kind');
    this.holdsKey = key !== undefined && isSigned(content, key, signed.subarray(4));
    refuseIf(!this.holdsKey, 'a wrong signature');
  }

  /** RFC 5246 section 7.4.9: both sides derived the same key from the same messages. */
  private examineFinished(body: Uint8Array, socket: DtlsSocket): void {
    if (this.finished) return;
    refuseIf(!this.holdsKey, 'the end before the proof');
    const label = Buffer.from(`${this.peerRole} finished`);
    const seed = Buffer.concat([label, createHash('sha256').update(transcript(socket)).digest()]);
    const expected = pseudoRandom(socket.cipher.masterSecret, seed, VERIFY_DATA_BYTES);
    this.finished = body.length === VERIFY_DATA_BYTES && timingSafeEqual(expected, body);
    refuseIf(!this.finished, 'another handshake than ours');
  }
}

function transcript(socket: DtlsSocket): Buffer {
  return Buffer.concat(socket.dtls.sortedHandshakeCache.map((message) => message.serialize()));
}

function parseCertificate(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw new HandshakeRefusedError('The peer sent a certificate that cannot be read.', { cause: error });
  }
}

function isSigned(content: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  try {
    return verify('sha256', content, key, signature);
  } catch {
    return false;
  }
}

/** The first 32 bytes of P_SHA256, RFC 5246 section 5. */
function pseudoRandom(secret: Uint8Array, seed: Uint8Array, length: number): Buffer {
  const first = createHmac('sha256', secret).update(seed).digest();
  return createHmac('sha256', secret).update(first).update(seed).digest().subarray(0, length);
}

function refuseIf(condition: boolean, what: string): void {
  if (condition) throw new HandshakeRefusedError(`The peer sent ${what}.`);
}
