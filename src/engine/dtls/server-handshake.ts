import { changeCipherSpec } from './flight.js';
import { Handshake, REPEAT_AFTER_MS } from './handshake.js';
import {
  ECDHE_ECDSA_SUITE,
  HandshakeType,
  readCertificateVerify,
  readClientHello,
  readClientKeyExchange,
  writeCertificate,
  writeCertificateRequest,
  writeKeyParameters,
  writeServerHello,
  type ClientHello,
} from './handshake-messages.js';
import { AlertDescription, refuseIf, refuseUnless } from './handshake-refused-error.js';
import { createKeyAgreement, groupIds, type KeyAgreement } from './key-agreement.js';
import { srtpProfileIds } from './media-keys.js';
import { ECDSA_SHA256 } from './signature-schemes.js';

/** Answers to repeated hellos, and as many to repeated Finished, so that what is replayed is no lever. */
const MOST_REPETITIONS = 16;

const HEARD: readonly number[] = [
  HandshakeType.clientHello,
  HandshakeType.certificate,
  HandshakeType.clientKeyExchange,
  HandshakeType.certificateVerify,
];

/**
 * The passive side. It asks for no cookie (RFC 6347 section 4.2.1 leaves that to us): who gets here has proved its address by a
 * connectivity check, and a round trip is saved.
 */
export class ServerHandshake extends Handshake {
  protected readonly role = 'server';
  private agreement: KeyAgreement | undefined;
  private isExtended = false;
  private repeatedHellos = 0;
  private repeatedFinished = 0;

  start(): void {
    return;
  }

  /** Its first message or its Finished: what we answered then got lost. */
  receiveAgain(type: number): void {
    const isFirst = type === HandshakeType.clientHello && this.expected[0] === HandshakeType.certificate;
    const isLast = type === HandshakeType.finished && this.answersFinished;
    if (isFirst && ++this.repeatedHellos > MOST_REPETITIONS) return;
    if (isLast) this.repeatedFinished += 1;
    if (isFirst || isLast) this.sender.repeat(this.cipher);
  }

  get answersFinished(): boolean {
    return this.isFinished && this.repeatedFinished < MOST_REPETITIONS;
  }

  hears(type: number): boolean {
    return HEARD.includes(type);
  }

  protected take(type: number, body: Uint8Array, bytes: Uint8Array): void {
    if (type === HandshakeType.clientHello) this.takeHello(readClientHello(body), bytes);
    else if (type === HandshakeType.certificate) this.takeCertificate(body, bytes);
    else if (type === HandshakeType.clientKeyExchange) this.takeKey(readClientKeyExchange(body), bytes);
    else if (type === HandshakeType.certificateVerify) this.takeSignature(body, bytes);
    else this.end(body, bytes);
  }

  private takeHello(hello: ClientHello, bytes: Uint8Array): void {
    const { handshakeFailure } = AlertDescription;
    const group = hello.groups.find((one) => groupIds.includes(one));
    refuseIf(!hello.cipherSuites.includes(ECDHE_ECDSA_SUITE), 'no cipher suite of ours', handshakeFailure);
    refuseUnless(group !== undefined, 'no group of ours', handshakeFailure);
    refuseIf(hello.signatureSchemes?.includes(ECDSA_SHA256) === false, 'no signature scheme of ours', handshakeFailure);
    this.profileId = srtpProfileIds.find((id) => hello.srtpProfiles.includes(id));
    refuseUnless(this.isDataOnly || this.profileId !== undefined, 'no SRTP profile of ours', handshakeFailure);
    this.peerRandom = hello.random.slice();
    this.isExtended = hello.hasExtendedMasterSecret;
    this.agreement = createKeyAgreement(group);
    this.transcript.push(bytes);
    const parameters = writeKeyParameters(group, this.agreement.publicKey);
    const signature = this.sign(Buffer.concat([this.peerRandom, this.random, parameters]));
    const flight = [
      this.message(HandshakeType.serverHello, writeServerHello(this.random, hello, this.profileId)),
      this.message(HandshakeType.certificate, writeCertificate(this.identity.certificate)),
      this.message(HandshakeType.serverKeyExchange, Buffer.concat([parameters, signature])),
      this.message(HandshakeType.certificateRequest, writeCertificateRequest()),
      this.message(HandshakeType.serverHelloDone, new Uint8Array()),
    ];
    this.expected = [HandshakeType.certificate];
    this.sender.begin(flight, undefined, REPEAT_AFTER_MS);
  }

  private takeCertificate(body: Uint8Array, bytes: Uint8Array): void {
    this.proof.takeCertificate(body);
    this.sender.settle();
    this.transcript.push(bytes);
    this.expected = [HandshakeType.clientKeyExchange];
  }

  private takeKey(publicKey: Uint8Array, bytes: Uint8Array): void {
    const secret = this.agreement?.agree(publicKey);
    refuseUnless(secret !== undefined, 'a key before its hello');
    this.transcript.push(bytes);
    this.agreed(secret, this.isExtended);
    this.expected = [HandshakeType.certificateVerify];
  }

  private takeSignature(body: Uint8Array, bytes: Uint8Array): void {
    this.examine(readCertificateVerify(body), this.spoken);
    this.transcript.push(bytes);
    this.expected = [HandshakeType.finished];
  }

  private end(body: Uint8Array, bytes: Uint8Array): void {
    this.takeFinished(body, bytes);
    this.sender.begin([changeCipherSpec, this.finished()], this.cipher);
  }
}
