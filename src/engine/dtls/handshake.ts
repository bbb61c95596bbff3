import { randomBytes, sign, timingSafeEqual } from 'node:crypto';
import { ContentType } from './dtls-record.js';
import type { DtlsIdentity } from './dtls-identity.js';
import type { FlightSender } from './flight.js';
import { type FlightRecord, handshakeMessage } from './flight.js';
import type { HandshakeMessage } from './handshake-assembler.js';
import { HandshakeType, type PeerSignature, writeSignature } from './handshake-messages.js';
import { AlertDescription, refuseIf } from './handshake-refused-error.js';
import { type HelloRandoms, masterSecretOf, verifyData } from './key-schedule.js';
import { exportMediaKeys, type MediaKeys } from './media-keys.js';
import type { PeerProof } from './peer-proof.js';
import { RecordCipher } from './record-cipher.js';

/** Bytes of a message before its body. */
const HEADER_BYTES = 12;
const RANDOM_BYTES = 32;
/** Pauses before a flight is sent again. */
export const REPEAT_AFTER_MS = [500, 1000, 1500, 2000, 2500, 3000, 3500];

/**
 * One side of a handshake: ECDHE with AES-128-GCM, certificates on both sides, SRTP keys (RFC 5246, 5764, 6347). Messages of the
 * peer come in order and whole; one that is refused changes nothing.
 */
export abstract class Handshake {
  /** Keys of epoch 1. */
  cipher: RecordCipher | undefined;
  isFinished = false;
  protected readonly random: Uint8Array = randomBytes(RANDOM_BYTES);
  protected peerRandom: Uint8Array = new Uint8Array();
  protected profileId: number | undefined;
  protected abstract readonly role: 'client' | 'server';
  /** Types of messages that may come next. */
  protected expected: readonly number[];
  /** All messages of both sides so far, headers included. */
  protected readonly transcript: Uint8Array[] = [];
  private masterSecret: Uint8Array = new Uint8Array();
  private ownSequence = 0;

  constructor(
    protected readonly identity: DtlsIdentity,
    protected readonly proof: PeerProof,
    protected readonly sender: FlightSender,
    /** SRTP is agreed on where the peer has it, and not asked for. */
    protected readonly isDataOnly: boolean,
    first: readonly number[],
  ) {
    this.expected = first;
  }

  /** Sends the first flight, if that is ours. */
  abstract start(): void;

  /** True when nothing but the peer's Finished is missing. */
  get awaitsFinished(): boolean {
    return this.expected[0] === HandshakeType.finished;
  }

  /** Whether a message of this type may come next. */
  expects(type: number): boolean {
    return this.expected.includes(type);
  }

  /** Whether the peer sends such messages at all in the clear. */
  abstract hears(type: number): boolean;

  /** A message of the peer, sealed where it is Finished. @throws {HandshakeRefusedError} */
  receive({ type, bytes }: Pick<HandshakeMessage, 'type' | 'bytes'>): void {
    refuseIf(!this.expects(type), 'a message out of order');
    this.take(type, bytes.subarray(HEADER_BYTES), bytes);
  }

  /** The peer repeats its first message, or its last one. */
  abstract receiveAgain(type: number): void;

  /** Whether it matters that the peer repeats its Finished. */
  abstract readonly answersFinished: boolean;

  /** @returns undefined where no SRTP was agreed on */
  get mediaKeys(): MediaKeys | undefined {
    return exportMediaKeys(this.role, this.profileId, this.masterSecret, this.randoms);
  }

  /** Reads the message, adds it to the transcript where it belongs, and says what comes next. */
  protected abstract take(type: number, body: Uint8Array, bytes: Uint8Array): void;

  /** @returns a message of ours, which counts as sent */
  protected message(type: number, body: Uint8Array, epoch: 0 | 1 = 0): FlightRecord {
    const content = handshakeMessage(type, this.ownSequence++, body);
    this.transcript.push(content);
    return { contentType: ContentType.handshake, epoch, content };
  }

  protected get spoken(): Buffer {
    return Buffer.concat(this.transcript);
  }

  protected get randoms(): HelloRandoms {
    const { random, peerRandom } = this;
    return this.role === 'client' ? { client: random, server: peerRandom } : { client: peerRandom, server: random };
  }

  protected sign(content: Uint8Array): Uint8Array {
    return writeSignature(sign('sha256', content, this.identity.privateKey));
  }

  protected examine(signature: PeerSignature, content: Uint8Array): void {
    this.proof.examine(signature, content);
  }

  /** Both public keys are known. */
  protected agreed(preMasterSecret: Uint8Array, isExtended: boolean): void {
    this.masterSecret = masterSecretOf(preMasterSecret, this.randoms, isExtended ? this.spoken : undefined);
    this.cipher = RecordCipher.of(this.role, this.masterSecret, this.randoms);
  }

  protected finished(): FlightRecord {
    return this.message(HandshakeType.finished, verifyData(this.masterSecret, this.role, this.spoken), 1);
  }

  /** Both sides derived the same key from the same messages. */
  protected takeFinished(body: Uint8Array, bytes: Uint8Array): void {
    const peerRole = this.role === 'client' ? 'server' : 'client';
    const expected = verifyData(this.masterSecret, peerRole, this.spoken);
    const isOurs = body.length === expected.length && timingSafeEqual(expected, body);
    refuseIf(!isOurs, 'another handshake than ours', AlertDescription.decryptError);
    this.transcript.push(bytes);
    this.expected = [];
    this.isFinished = true;
  }
}
