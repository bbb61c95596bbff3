import { changeCipherSpec, type FlightRecord } from './flight.js';
import { Handshake, REPEAT_AFTER_MS } from './handshake.js';
import {
  HandshakeType,
  readHelloVerifyRequest,
  readServerHello,
  readServerKeyExchange,
  writeCertificate,
  writeClientHello,
  writeClientKeyExchange,
  type ServerHello,
  type ServerKeyExchange,
} from './handshake-messages.js';
import { AlertDescription, refuseUnless } from './handshake-refused-error.js';
import { createKeyAgreement } from './key-agreement.js';

/** FFmpeg takes a first flight as the sign to begin, and loses it: it is soon repeated. */
const FIRST_REPEATED_AFTER_MS = [40, 60, 120, 280, ...REPEAT_AFTER_MS.slice(1)];

const HEARD: readonly number[] = [
  HandshakeType.helloVerifyRequest,
  HandshakeType.serverHello,
  HandshakeType.certificate,
  HandshakeType.serverKeyExchange,
  HandshakeType.certificateRequest,
  HandshakeType.serverHelloDone,
];

/** The active side. */
export class ClientHandshake extends Handshake {
  readonly answersFinished = false;
  protected readonly role = 'client';
  private isExtended = false;
  private isCertificateWanted = false;
  private exchange: ServerKeyExchange | undefined;

  start(): void {
    this.sayHello(new Uint8Array());
  }

  /** What a server repeats was answered, and the answer is repeated until it is heard. */
  receiveAgain(): void {
    return;
  }

  hears(type: number): boolean {
    return HEARD.includes(type);
  }

  protected take(type: number, body: Uint8Array, bytes: Uint8Array): void {
    if (type === HandshakeType.helloVerifyRequest) this.sayHello(readHelloVerifyRequest(body));
    else if (type === HandshakeType.serverHello) this.takeHello(readServerHello(body), bytes);
    else if (type === HandshakeType.certificate) this.takeCertificate(body, bytes);
    else if (type === HandshakeType.serverKeyExchange) this.takeKey(readServerKeyExchange(body), bytes);
    else if (type === HandshakeType.certificateRequest) this.takeRequest(bytes);
    else if (type === HandshakeType.serverHelloDone) this.answer(bytes);
    else this.end(body, bytes);
  }

  /** A hello without a cookie and the question for one are no part of the transcript (RFC 6347 section 4.2.1). */
  private sayHello(cookie: Uint8Array): void {
    this.transcript.length = 0;
    const { serverHello, helloVerifyRequest } = HandshakeType;
    const isFirst = cookie.length === 0;
    this.expected = isFirst ? [serverHello, helloVerifyRequest] : [serverHello];
    const hello = this.message(HandshakeType.clientHello, writeClientHello(this.random, cookie));
    this.sender.begin([hello], undefined, isFirst ? FIRST_REPEATED_AFTER_MS : REPEAT_AFTER_MS);
  }

  /** Our hello is repeated until all of the server's flight is there. */
  private takeHello(hello: ServerHello, bytes: Uint8Array): void {
    const { srtpProfile } = hello;
    refuseUnless(this.isDataOnly || srtpProfile !== undefined, 'no SRTP profile', AlertDescription.handshakeFailure);
    this.peerRandom = hello.random.slice();
    this.profileId = srtpProfile;
    this.isExtended = hello.hasExtendedMasterSecret;
    this.transcript.push(bytes);
    this.expected = [HandshakeType.certificate];
  }

  private takeCertificate(body: Uint8Array, bytes: Uint8Array): void {
    this.proof.takeCertificate(body);
    this.transcript.push(bytes);
    this.expected = [HandshakeType.serverKeyExchange];
  }

  /** RFC 5246 section 7.4.3: the group and the server's public key, signed together with both randoms. */
  private takeKey(exchange: ServerKeyExchange, bytes: Uint8Array): void {
    this.examine(exchange, Buffer.concat([this.random, this.peerRandom, exchange.parameters]));
    this.exchange = exchange;
    this.transcript.push(bytes);
    this.expected = [HandshakeType.certificateRequest, HandshakeType.serverHelloDone];
  }

  private takeRequest(bytes: Uint8Array): void {
    this.isCertificateWanted = true;
    this.transcript.push(bytes);
    this.expected = [HandshakeType.serverHelloDone];
  }

  private answer(bytes: Uint8Array): void {
    const { exchange, identity, isCertificateWanted } = this;
    refuseUnless(exchange !== undefined, 'no key');
    const agreement = createKeyAgreement(exchange.group);
    const secret = agreement.agree(exchange.publicKey);
    this.transcript.push(bytes);
    const flight: FlightRecord[] = [];
    if (isCertificateWanted)
      flight.push(this.message(HandshakeType.certificate, writeCertificate(identity.certificate)));
    flight.push(this.message(HandshakeType.clientKeyExchange, writeClientKeyExchange(agreement.publicKey)));
    this.agreed(secret, this.isExtended);
    if (isCertificateWanted) flight.push(this.message(HandshakeType.certificateVerify, this.sign(this.spoken)));
    this.expected = [HandshakeType.finished];
    this.sender.begin([...flight, changeCipherSpec, this.finished()], this.cipher, REPEAT_AFTER_MS);
  }

  private end(body: Uint8Array, bytes: Uint8Array): void {
    this.sender.settle();
    this.takeFinished(body, bytes);
  }
}
