import type { DtlsFingerprint } from '../../media/sdp/session.js';
import { readUint24 } from '../../media/bytes.js';
import { ClientHandshake } from './client-handshake.js';
import { ContentType, parseRecords, type DtlsRecord } from './dtls-record.js';
import type { DtlsIdentity } from './dtls-identity.js';
import { FlightSender } from './flight.js';
import type { Handshake } from './handshake.js';
import { HandshakeAssembler, type HandshakeMessage } from './handshake-assembler.js';
import { HandshakeType } from './handshake-messages.js';
import { VERIFY_DATA_BYTES } from './key-schedule.js';
import type { MediaKeys } from './media-keys.js';
import { PeerProof } from './peer-proof.js';
import { ServerHandshake } from './server-handshake.js';

const FATAL = 2;
const WARNING = 1;
const CLOSE_NOTIFY = 0;
/** Encrypted records that came before the messages they follow on; a flight has one or two. */
const MOST_HELD = 4;
const FINISHED_BYTES = 12 + VERIFY_DATA_BYTES;

export interface DtlsTransportListener {
  /** A datagram for the peer; owned by the receiver. */
  send(datagram: Uint8Array): void;
  secured(keys: MediaKeys): void;
  /** The handshake cannot succeed any more. `proven` is false for what anybody could have sent. */
  failed(message: string, proven: boolean): void;
  /** close_notify. */
  closed(): void;
}

export interface DtlsTransportOptions {
  /** Our role: a client speaks first. */
  readonly role: 'client' | 'server';
  readonly identity: DtlsIdentity;
  readonly remoteFingerprints: readonly DtlsFingerprint[];
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
  private readonly held: DtlsRecord[] = [];
  private phase: Phase = 'handshake';

  constructor(
    { role, identity, remoteFingerprints }: DtlsTransportOptions,
    private readonly listener: DtlsTransportListener,
  ) {
    const { clientHello, serverHello, helloVerifyRequest } = HandshakeType;
    const proof = new PeerProof(remoteFingerprints);
    this.sender = new FlightSender((datagram) => this.listener.send(datagram));
    this.handshake =
      role === 'server'
        ? new ServerHandshake(identity, proof, this.sender, [clientHello])
        : new ClientHandshake(identity, proof, this.sender, [serverHello, helloVerifyRequest]);
    this.assembler = new HandshakeAssembler((message, isRepeated) => this.handshakeMessage(message, isRepeated));
  }

  get isSecured(): boolean {
    return this.phase === 'secured';
  }

  /** Sends the first flight, if that is ours. */
  start(): void {
    if (this.phase === 'handshake') this.handshake.start();
  }

  /** A datagram of the peer, borrowed. Never throws. */
  receive(datagram: Uint8Array): void {
    try {
      for (const record of parseRecords(datagram)) {
        if (this.phase === 'ended') return;
        this.receiveRecord(record);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Says goodbye where there is a key to say it with, then falls silent. Idempotent. */
  close(): void {
    const { cipher } = this.handshake;
    if (this.phase === 'secured' && cipher !== undefined) {
      const content = Uint8Array.of(WARNING, CLOSE_NOTIFY);
      this.sender.sendAlone({ contentType: ContentType.alert, epoch: 1, content }, cipher);
    }
    this.end();
  }

  private receiveRecord(record: DtlsRecord): void {
    if (record.epoch === 0) this.receivePlaintext(record);
    else if (record.contentType === ContentType.alert) this.receiveAlert(record);
    else if (record.contentType === ContentType.handshake) this.receiveProtected(record);
  }

  /** Nothing in the clear is believed once there are keys: anyone could have written it. */
  private receivePlaintext(record: DtlsRecord): void {
    if (this.phase !== 'handshake') return;
    if (record.contentType === ContentType.handshake) this.assembler.push(record.fragment);
    else if (record.contentType === ContentType.alert && record.fragment[0] === FATAL)
      this.listener.failed(`The peer refused the handshake (alert ${String(record.fragment[1])}).`, false);
  }

  /** Finished is sealed, so this is none. */
  private handshakeMessage(message: HandshakeMessage, isRepeated: boolean): void {
    if (this.phase !== 'handshake' || message.type === HandshakeType.finished) return;
    if (isRepeated) this.handshake.receiveAgain(message.type);
    else this.handshake.receive(message);
    if (this.handshake.awaitsFinished) for (const record of this.held.splice(0)) this.receiveProtected(record);
  }

  /** The peer's Finished, which may have overtaken what it follows on, or its repetition because ours was lost. */
  private receiveProtected(record: DtlsRecord): void {
    if (this.phase === 'handshake' && !this.handshake.awaitsFinished) {
      if (this.held.length < MOST_HELD) this.held.push({ ...record, fragment: record.fragment.slice() });
      return;
    }
    const message = this.handshake.cipher?.open(record);
    if (message === undefined || !isFinished(message)) return;
    if (this.phase === 'secured') {
      this.handshake.receiveAgain(HandshakeType.finished);
      return;
    }
    this.handshake.receive({ type: HandshakeType.finished, bytes: message });
    this.finished();
  }

  private receiveAlert(record: DtlsRecord): void {
    const alert = this.handshake.cipher?.open(record);
    if (alert?.length !== 2) return;
    const isOver = alert[1] === CLOSE_NOTIFY || (alert[0] === FATAL && this.phase === 'secured');
    if (isOver) {
      this.end();
      this.listener.closed();
    } else if (alert[0] === FATAL) this.fail(new Error(`The peer gave up (alert ${String(alert[1])}).`));
  }

  private finished(): void {
    const keys = this.handshake.mediaKeys;
    if (keys === undefined) {
      this.fail(new Error('The handshake ended without an SRTP profile.'));
      return;
    }
    this.phase = 'secured';
    this.listener.secured(keys);
  }

  private fail(error: unknown): void {
    if (this.phase !== 'handshake') return;
    this.end();
    this.listener.failed(error instanceof Error ? error.message : String(error), true);
  }

  private end(): void {
    this.phase = 'ended';
    this.sender.settle();
    this.held.length = 0;
  }
}

/** A whole Finished, and nothing else. */
function isFinished(message: Uint8Array): boolean {
  const [length, start, part] = [1, 6, 9].map((at) => readUint24(message, at));
  const isWhole = length === VERIFY_DATA_BYTES && start === 0 && part === VERIFY_DATA_BYTES;
  return message.length === FINISHED_BYTES && message[0] === HandshakeType.finished && isWhole;
}
