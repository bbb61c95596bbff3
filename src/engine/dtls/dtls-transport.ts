import type { DtlsFingerprint } from '../../media/sdp/session.js';
import { readUint24 } from '../../media/bytes.js';
import { ClientHandshake } from './client-handshake.js';
import { ContentType, parseRecords, type DtlsRecord } from './dtls-record.js';
import type { DtlsIdentity } from './dtls-identity.js';
import { FlightSender } from './flight.js';
import type { Handshake } from './handshake.js';
import { HandshakeAssembler, type HandshakeMessage } from './handshake-assembler.js';
import { HandshakeType } from './handshake-messages.js';
import { AlertDescription, HandshakeRefusedError } from './handshake-refused-error.js';
import { VERIFY_DATA_BYTES } from './key-schedule.js';
import type { MediaKeys } from './media-keys.js';
import { PeerProof } from './peer-proof.js';
import { RecordOpener } from './record-opener.js';
import { ServerHandshake } from './server-handshake.js';

const FATAL = 2;
const WARNING = 1;
const CLOSE_NOTIFY = 0;
/** Encrypted records that came before the messages they follow on; a flight has one or two. */
const MOST_HELD = 4;
/** With data channels more come: as many as a flood of them may be. */
const MOST_DATA_PER_SECOND = 4000;
const FINISHED_BYTES = 12 + VERIFY_DATA_BYTES;

export interface DtlsTransportListener {
  /** A datagram for the peer; owned by the receiver. */
  send(datagram: Uint8Array): void;
  /** Without keys only where `isDataOnly`, and the peer agrees on no SRTP. */
  secured(keys: MediaKeys | undefined): void;
  /**
   * It failed. `proven` is false for what anybody could have sent: that is dropped, the handshake goes on, and whoever
   * listens may say so when it comes to nothing.
   */
  failed(message: string, proven: boolean): void;
  /** close_notify. */
  closed(): void;
  /** Data of the peer, borrowed; nobody hears it where this is not given. */
  data?(content: Uint8Array): void;
}

export interface DtlsTransportOptions {
  /** Our role: a client speaks first. */
  readonly role: 'client' | 'server';
  readonly identity: DtlsIdentity;
  readonly remoteFingerprints: readonly DtlsFingerprint[];
  /** No media is to flow: whoever has no SRTP is welcome too. */
  readonly isDataOnly?: boolean;
}

type Phase = 'handshake' | 'secured' | 'ended';

/**
 * DTLS 1.2 of one session over datagrams of ours (RFC 6347, RFC 5764): puts the peer's messages in order before the `Handshake`
 * has them, and lets nothing unauthenticated through afterwards.
 */
export class DtlsTransport {
  private readonly sender: FlightSender;
  private readonly handshake: Handshake;
  private readonly assembler: HandshakeAssembler;
  private readonly opener: RecordOpener;
  private readonly held: DtlsRecord[] = [];
  private phase: Phase = 'handshake';
  private hasAlerted = false;

  constructor(
    { role, identity, remoteFingerprints, isDataOnly = false }: DtlsTransportOptions,
    private readonly listener: DtlsTransportListener,
  ) {
    const { clientHello, serverHello, helloVerifyRequest } = HandshakeType;
    const proof = new PeerProof(remoteFingerprints);
    this.opener = new RecordOpener(undefined, listener.data === undefined ? undefined : MOST_DATA_PER_SECOND);
    this.sender = new FlightSender((datagram) => this.listener.send(datagram));
    this.handshake =
      role === 'server'
        ? new ServerHandshake(identity, proof, this.sender, isDataOnly, [clientHello])
        : new ClientHandshake(identity, proof, this.sender, isDataOnly, [serverHello, helloVerifyRequest]);
    this.assembler = new HandshakeAssembler(
      (message, isRepeated) => this.handshakeMessage(message, isRepeated),
      (type) => this.handshake.hears(type),
    );
  }

  get isSecured(): boolean {
    return this.phase === 'secured';
  }

  /** Sends the first flight, if that is ours. */
  start(): void {
    if (this.phase === 'handshake') this.handshake.start();
  }

  /** A datagram of the peer, borrowed. Its first record that is not believed is its last. Never throws. */
  receive(datagram: Uint8Array): void {
    for (const record of parseRecords(datagram)) {
      if (this.phase === 'ended') return;
      const isBelieved = record.epoch === 0 ? this.receivePlaintext(record) : this.receiveSealed(record);
      if (!isBelieved) return;
    }
  }

  /** @param content at most 16 KiB; it is dropped where there are no keys, or none any more */
  sendData(content: Uint8Array): void {
    const { cipher } = this.handshake;
    if (this.phase === 'secured' && cipher !== undefined) this.sender.sendData(content, cipher);
  }

  /** Says goodbye where there is a key to say it with, then falls silent. Idempotent. */
  close(): void {
    if (this.phase === 'secured') this.sender.sendAlert(WARNING, CLOSE_NOTIFY, this.handshake.cipher);
    this.end();
  }

  /** Nothing in the clear is believed once there are keys, and little before: anyone could have written it. */
  private receivePlaintext(record: DtlsRecord): boolean {
    if (this.phase !== 'handshake') return true;
    try {
      if (record.contentType === ContentType.handshake) this.assembler.push(record.fragment);
      else if (record.contentType === ContentType.alert && record.fragment[0] === FATAL)
        this.listener.failed(`The peer refused the handshake (alert ${String(record.fragment[1])}).`, false);
      return true;
    } catch (error) {
      this.refuse(error);
      return false;
    }
  }

  private handshakeMessage(message: HandshakeMessage, isRepeated: boolean): boolean {
    if (isRepeated) this.handshake.receiveAgain(message.type);
    if (isRepeated || this.phase !== 'handshake' || !this.handshake.expects(message.type)) return false;
    this.handshake.receive(message);
    if (this.handshake.awaitsFinished) for (const record of this.held.splice(0)) this.receiveSealed(record);
    return true;
  }

  private receiveSealed(record: DtlsRecord): boolean {
    try {
      if (record.contentType === ContentType.alert) return this.receiveAlert(record);
      if (record.contentType === ContentType.applicationData) return this.receiveData(record);
      return record.contentType === ContentType.handshake && this.receiveFinished(record);
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** The peer's Finished, which may have overtaken what it follows on, or its repetition because ours was lost. */
  private receiveFinished(record: DtlsRecord): boolean {
    if (this.phase === 'handshake' && !this.handshake.awaitsFinished) {
      if (this.held.length < MOST_HELD) this.held.push({ ...record, fragment: record.fragment.slice() });
      return true;
    }
    if (this.phase === 'secured' && !this.handshake.answersFinished) return false;
    const message = this.open(record);
    if (message === undefined) return false;
    if (!isFinished(message)) return true;
    if (this.phase === 'secured') this.handshake.receiveAgain(HandshakeType.finished);
    else {
      this.handshake.receive({ type: HandshakeType.finished, bytes: message });
      this.finished();
    }
    return true;
  }

  private receiveData(record: DtlsRecord): boolean {
    if (this.phase !== 'secured' || this.listener.data === undefined) return false;
    const content = this.open(record);
    if (content === undefined) return false;
    this.listener.data(content);
    return true;
  }

  private receiveAlert(record: DtlsRecord): boolean {
    const alert = this.open(record);
    if (alert === undefined) return false;
    const [level, description] = alert;
    const isOver = description === CLOSE_NOTIFY || (level === FATAL && this.phase === 'secured');
    if (isOver) {
      this.end();
      this.listener.closed();
    } else if (level === FATAL) {
      this.hasAlerted = true;
      this.fail(new Error(`The peer gave up (alert ${String(description)}).`));
    }
    return true;
  }

  private open(record: DtlsRecord): Uint8Array | undefined {
    const { cipher } = this.handshake;
    return cipher === undefined ? undefined : this.opener.open(record, cipher);
  }

  private finished(): void {
    this.phase = 'secured';
    this.listener.secured(this.handshake.mediaKeys);
  }

  /** Of what came in the clear only a wrong proof ends the handshake. */
  private refuse(error: unknown): void {
    if (!(error instanceof HandshakeRefusedError)) this.listener.failed(messageOf(error), false);
    else if (error.isFinal) this.fail(error);
    else {
      if (error.alert !== undefined) this.alert(error.alert);
      this.listener.failed(error.message, false);
    }
  }

  private fail(error: unknown): void {
    if (this.phase === 'ended') return;
    const refusal = error instanceof HandshakeRefusedError ? error.alert : undefined;
    this.alert(refusal ?? AlertDescription.internalError);
    this.end();
    this.listener.failed(messageOf(error), true);
  }

  /** Once: who sends nonsense in the name of the peer shall not have us answer each time. */
  private alert(description: number): void {
    if (this.hasAlerted) return;
    this.hasAlerted = true;
    this.sender.sendAlert(FATAL, description, this.handshake.cipher);
  }

  private end(): void {
    this.phase = 'ended';
    this.sender.settle();
    this.held.length = 0;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A whole Finished, and nothing else. */
function isFinished(message: Uint8Array): boolean {
  const [length, start, part] = [1, 6, 9].map((at) => readUint24(message, at));
  const isWhole = length === VERIFY_DATA_BYTES && start === 0 && part === VERIFY_DATA_BYTES;
  return message.length === FINISHED_BYTES && message[0] === HandshakeType.finished && isWhole;
}
