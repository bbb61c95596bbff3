import { uint16, uint8 } from '../../media/bytes.js';
import { AlertDescription, refuseIf, refuseUnless } from './handshake-refused-error.js';
import { groupIds, P256_GROUP } from './key-agreement.js';
import { srtpProfileIds } from './media-keys.js';
import { ECDSA_SHA256, signatureSchemes } from './signature-schemes.js';
import { uint16List, vector, WireReader } from './wire-vectors.js';

/** RFC 5246 section 7.4, RFC 6347 section 4.3.2. */
export const HandshakeType = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

export const DTLS_1_2 = 0xfefd;
/** TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, for our certificate; a server may have one of RSA and answer with the second. */
export const ECDHE_ECDSA_SUITE = 0xc02b;
const ECDHE_RSA_SUITE = 0xc02f;
/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV, RFC 5746 section 3.3. */
const RENEGOTIATION_SIGNAL = 0x00ff;
const RANDOM_BYTES = 32;
const NO_COMPRESSION = 0;
const NAMED_CURVE = 3;
/** ecdsa_sign and rsa_sign, RFC 5246 section 7.4.4. */
const CERTIFICATE_TYPES = uint8(64, 1);

const Extension = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;
/** Uncompressed, the only one there is (RFC 8422 section 5.1.2). */
const POINT_FORMATS = uint8(1, 0);
/** Of the first handshake: nothing was negotiated before, RFC 5746 section 3.2. */
const NOT_RENEGOTIATED = uint8(0);

export interface ClientHello {
  readonly random: Uint8Array;
  readonly cipherSuites: readonly number[];
  readonly groups: readonly number[];
  /** Undefined where it says nothing about them. */
  readonly signatureSchemes: readonly number[] | undefined;
  readonly srtpProfiles: readonly number[];
  readonly hasExtendedMasterSecret: boolean;
  readonly hasPointFormats: boolean;
  readonly hasRenegotiationInfo: boolean;
}

export interface ServerHello {
  readonly random: Uint8Array;
  /** Undefined where the server has no SRTP. */
  readonly srtpProfile: number | undefined;
  readonly hasExtendedMasterSecret: boolean;
}

/** Of a CertificateVerify, and at the end of a ServerKeyExchange. */
export interface PeerSignature {
  readonly scheme: number;
  readonly signature: Uint8Array;
}

export interface ServerKeyExchange extends PeerSignature {
  readonly group: number;
  readonly publicKey: Uint8Array;
  /** What is signed, behind both randoms. */
  readonly parameters: Uint8Array;
}

// Each reader throws a HandshakeRefusedError for what it cannot read.

export function readClientHello(body: Uint8Array): ClientHello {
  const reader = new WireReader(body);
  // The later the version, the smaller its number.
  refuseIf(reader.uint16() > DTLS_1_2, 'a version before DTLS 1.2', AlertDescription.protocolVersion);
  const random = reader.take(RANDOM_BYTES);
  reader.vector(1);
  reader.vector(1);
  const cipherSuites = uint16List(reader.vector(2));
  const isUncompressed = reader.vector(1).includes(NO_COMPRESSION);
  refuseIf(!isUncompressed, 'no way to go without compression', AlertDescription.handshakeFailure);
  const extensions = readExtensions(reader);
  const groups = extensions.get(Extension.supportedGroups);
  const schemes = extensions.get(Extension.signatureAlgorithms);
  return {
    random,
    cipherSuites,
    // RFC 8422 section 4: who says nothing about groups leaves the choice to us, and has at least this one.
    groups: groups === undefined ? [P256_GROUP] : listIn(groups),
    signatureSchemes: schemes && listIn(schemes),
    srtpProfiles: listIn(extensions.get(Extension.useSrtp)),
    hasExtendedMasterSecret: extensions.has(Extension.extendedMasterSecret),
    hasPointFormats: extensions.has(Extension.pointFormats),
    hasRenegotiationInfo: extensions.has(Extension.renegotiationInfo) || cipherSuites.includes(RENEGOTIATION_SIGNAL),
  };
}

/** @param cookie of a HelloVerifyRequest, empty before */
export function writeClientHello(random: Uint8Array, cookie: Uint8Array): Uint8Array {
  return Buffer.concat([
    uint16(DTLS_1_2),
    random,
    vector(1),
    vector(1, cookie),
    vector(2, uint16(ECDHE_ECDSA_SUITE, ECDHE_RSA_SUITE)),
    vector(1, uint8(NO_COMPRESSION)),
    vector(
      2,
      extension(Extension.supportedGroups, vector(2, uint16(...groupIds))),
      extension(Extension.pointFormats, POINT_FORMATS),
      extension(Extension.signatureAlgorithms, vector(2, uint16(...signatureSchemes.keys()))),
      extension(Extension.useSrtp, vector(2, uint16(...srtpProfileIds)), vector(1)),
      extension(Extension.extendedMasterSecret),
      extension(Extension.renegotiationInfo, NOT_RENEGOTIATED),
    ),
  ]);
}

/** @returns the cookie */
export function readHelloVerifyRequest(body: Uint8Array): Uint8Array {
  const reader = new WireReader(body);
  reader.uint16();
  return reader.vector(1);
}

export function readServerHello(body: Uint8Array): ServerHello {
  const reader = new WireReader(body);
  refuseIf(reader.uint16() !== DTLS_1_2, 'another version than DTLS 1.2');
  const random = reader.take(RANDOM_BYTES);
  reader.vector(1);
  const suite = reader.uint16();
  refuseIf(suite !== ECDHE_ECDSA_SUITE && suite !== ECDHE_RSA_SUITE, 'a cipher suite that was not offered');
  refuseIf(reader.uint8() !== NO_COMPRESSION, 'a compression that was not offered', AlertDescription.handshakeFailure);
  const extensions = readExtensions(reader);
  const [srtpProfile, ...others] = listIn(extensions.get(Extension.useSrtp));
  const isOffered = srtpProfile === undefined || (srtpProfileIds.includes(srtpProfile) && others.length === 0);
  refuseUnless(isOffered, 'no SRTP profile that was offered', AlertDescription.handshakeFailure);
  return {
    random,
    srtpProfile,
    hasExtendedMasterSecret: extensions.has(Extension.extendedMasterSecret),
  };
}

/**
 * Answers a client's extensions, and no others (RFC 5246 section 7.4.1.4).
 * @param srtpProfile one of the client's; undefined where none is agreed on
 */
export function writeServerHello(random: Uint8Array, hello: ClientHello, srtpProfile: number | undefined): Uint8Array {
  const extensions: Uint8Array[] = [];
  if (srtpProfile !== undefined)
    extensions.push(extension(Extension.useSrtp, vector(2, uint16(srtpProfile)), vector(1)));
  if (hello.hasExtendedMasterSecret) extensions.push(extension(Extension.extendedMasterSecret));
  if (hello.hasPointFormats) extensions.push(extension(Extension.pointFormats, POINT_FORMATS));
  if (hello.hasRenegotiationInfo) extensions.push(extension(Extension.renegotiationInfo, NOT_RENEGOTIATED));
  return Buffer.concat([
    uint16(DTLS_1_2),
    random,
    vector(1),
    uint16(ECDHE_ECDSA_SUITE),
    uint8(NO_COMPRESSION),
    vector(2, ...extensions),
  ]);
}

/** @returns the peer's own certificate, DER: the first of its list */
export function readCertificate(body: Uint8Array): Uint8Array {
  const list = new WireReader(new WireReader(body).vector(3));
  refuseIf(list.isAtEnd, 'no certificate', AlertDescription.badCertificate);
  return list.vector(3);
}

/** @param certificate DER */
export function writeCertificate(certificate: Uint8Array): Uint8Array {
  return vector(3, vector(3, certificate));
}

export function readServerKeyExchange(body: Uint8Array): ServerKeyExchange {
  const reader = new WireReader(body);
  refuseIf(reader.uint8() !== NAMED_CURVE, 'a key exchange without a named group');
  const group = reader.uint16();
  refuseIf(!groupIds.includes(group), 'a group that was not offered');
  const publicKey = reader.vector(1);
  return { group, publicKey, parameters: body.subarray(0, 4 + publicKey.length), ...readSignature(reader) };
}

/** @returns what has to be signed, behind both randoms */
export function writeKeyParameters(group: number, publicKey: Uint8Array): Uint8Array {
  return Buffer.concat([uint8(NAMED_CURVE), uint16(group), vector(1, publicKey)]);
}

/** @param signature ECDSA with SHA-256 */
export function writeSignature(signature: Uint8Array): Uint8Array {
  return Buffer.concat([uint16(ECDSA_SHA256), vector(2, signature)]);
}

export function readCertificateVerify(body: Uint8Array): PeerSignature {
  return readSignature(new WireReader(body));
}

/** Of any authority: certificates are known by their fingerprints. */
export function writeCertificateRequest(): Uint8Array {
  return Buffer.concat([vector(1, CERTIFICATE_TYPES), vector(2, uint16(...signatureSchemes.keys())), vector(2)]);
}

/** @returns the client's public key */
export function readClientKeyExchange(body: Uint8Array): Uint8Array {
  return new WireReader(body).vector(1);
}

export function writeClientKeyExchange(publicKey: Uint8Array): Uint8Array {
  return vector(1, publicKey);
}

function readSignature(reader: WireReader): PeerSignature {
  const scheme = reader.uint16();
  const signature = reader.vector(2);
  refuseIf(!reader.isAtEnd, 'a malformed signature');
  return { scheme, signature };
}

function readExtensions(reader: WireReader): Map<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  if (reader.isAtEnd) return extensions;
  const list = new WireReader(reader.vector(2));
  while (!list.isAtEnd) extensions.set(list.uint16(), list.vector(2));
  return extensions;
}

/** @param data a vector of 16-bit numbers, which may have more behind it */
function listIn(data: Uint8Array | undefined): number[] {
  return data === undefined ? [] : uint16List(new WireReader(data).vector(2));
}

function extension(type: number, ...content: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([uint16(type), vector(2, ...content)]);
}
