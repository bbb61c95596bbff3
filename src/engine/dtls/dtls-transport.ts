import { DtlsClient, type DtlsSocket } from 'werift';
import type { DtlsFingerprint } from '../../media/sdp/session.js';
import { ContentType, encodeRecord, parseRecords, type DtlsRecord } from './dtls-record.js';
import type { DtlsIdentity } from './dtls-identity.js';
import { HandshakeAssembler, type HandshakeMessage } from './handshake-assembler.js';
import { PeerProof } from './peer-proof.js';
import { createLibrarySocket, LibraryPipe } from './library-socket.js';
import { exportMediaKeys, type MediaKeys } from './media-keys.js';

const DTLS_1_2 = 0xfefd;
const CLIENT_HELLO = 1;
const CERTIFICATE_VERIFY = 15;
const FINISHED = 20;
const FATAL = 2;
const CLOSE_NOTIFY = 0;
/** Encrypted records that came before the messages they follow on; a flight has one or two. */
const MOST_HELD = 4;
/**
 * When a first flight of ours is repeated before the library does after 500 ms: FFmpeg takes the first one as the sign
 * to begin, and loses it.
 */
const HELLO_REPEATS_MS = [40, 100, 220];
/** Answers to a repeated first ClientHello: each makes a key pair. */
const MOST_REPEATED_HELLOS = 4;
/** The library repeats a flight until a later one is under way. */
const BEYOND_LAST_FLIGHT = 99;
/** Far beyond what the library counts itself up to in a session without application data: a nonce is never used twice. */
const CLOSE_SEQUENCE_NUMBER = 2 ** 24;

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
 * DTLS 1.2 of one session over datagrams of ours (RFC 6347, RFC 5764): werift does the cryptography, this puts the
 * peer's messages in order before it, checks the peer's proofs, and lets nothing unauthenticated through afterwards.
 */
export class DtlsTransport {
  private readonly socket: DtlsSocket;
  private readonly pipe: LibraryPipe;
  private readonly assembler: HandshakeAssembler;
  private readonly proof: PeerProof;
  private readonly held: DtlsRecord[] = [];
  private hasVerified = false;
  private repeatedHellos = 0;
  private phase: Phase = 'handshake';

  constructor(
    private readonly options: DtlsTransportOptions,
    private readonly listener: DtlsTransportListener,
  ) {
    this.pipe = new LibraryPipe((datagram) => {
      if (this.phase !== 'ended') this.listener.send(datagram);
    });
    this.proof = new PeerProof(options.role === 'client' ? 'server' : 'client', options.remoteFingerprints);
    this.assembler = new HandshakeAssembler((message, isRepeated) => this.handshakeMessage(message, isRepeated));
    this.socket = createLibrarySocket(options.role, options.identity, this.pipe);
    this.socket.onConnect.subscribe(() => this.connected());
    this.socket.onError.subscribe((error: unknown) => this.fail(error, true));
    this.examineMessages();
  }

  get isSecured(): boolean {
    return this.phase === 'secured';
  }

  /** Sends the first flight, if that is ours. */
  start(): void {
    if (this.phase !== 'handshake' || !(this.socket instanceof DtlsClient)) return;
    this.pipe.onFirst = (hello) => this.repeatUnlessAnswered(hello);
    this.socket.connect().catch((error: unknown) => this.fail(error, true));
  }

  /** A datagram of the peer, borrowed. Never throws. */
  receive(datagram: Uint8Array): void {
    if (this.phase === 'ended') return;
    try {
      for (const record of parseRecords(datagram)) this.receiveRecord(record);
    } catch (error) {
      this.fail(error, true);
    }
  }

  /** Says goodbye where there is a key to say it with, then falls silent. Idempotent. */
  close(): void {
    if (this.phase === 'secured') this.sendCloseNotify();
    this.end();
  }

  private repeatUnlessAnswered(hello: Uint8Array): void {
    for (const delayMs of HELLO_REPEATS_MS) {
      const timer = setTimeout(() => {
        if (this.phase === 'handshake' && this.assembler.nextSequence === 0) this.listener.send(hello);
      }, delayMs);
      timer.unref();
    }
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

  private handshakeMessage(message: HandshakeMessage, isRepeated: boolean): void {
    if (message.type === FINISHED) return;
    if (isRepeated && (this.options.role === 'client' || message.type !== CLIENT_HELLO)) return;
    if (isRepeated && ++this.repeatedHellos > MOST_REPEATED_HELLOS) return;
    const header = {
      contentType: ContentType.handshake,
      epoch: 0,
      sequenceNumber: message.sequence,
      version: DTLS_1_2,
    };
    this.pipe.deliver(encodeRecord(header, message.bytes));
    this.hasVerified ||= message.type === CERTIFICATE_VERIFY;
    if (this.mayFinish()) for (const record of this.held.splice(0)) this.pipe.deliver(record.bytes);
  }

  /** The peer's Finished, or its repetition because ours was lost. */
  private receiveProtected(record: DtlsRecord): void {
    if (this.mayFinish()) this.pipe.deliver(record.bytes.slice());
    else if (this.held.length < MOST_HELD) this.held.push({ ...record, bytes: record.bytes.slice() });
  }

  private receiveAlert(record: DtlsRecord): void {
    const alert = this.decrypt(record);
    if (alert?.length !== 2) return;
    const isOver = alert[1] === CLOSE_NOTIFY || (alert[0] === FATAL && this.phase === 'secured');
    if (isOver) {
      this.end();
      this.listener.closed();
    } else if (alert[0] === FATAL) this.fail(new Error(`The peer gave up (alert ${String(alert[1])}).`), true);
  }

  private decrypt(record: DtlsRecord): Uint8Array | undefined {
    if (!this.hasKeys()) return undefined;
    const { epoch, sequenceNumber, contentType: type, version } = record;
    try {
      const fragment = Buffer.from(record.fragment);
      return this.socket.cipher.cipher.decrypt(this.socket.sessionType, fragment, {
        type,
        version,
        epoch,
        sequenceNumber,
      });
    } catch {
      return undefined;
    }
  }

  /** Finished is a peer's last message, whatever overtook what: a client's CertificateVerify comes after the one with the key. */
  private mayFinish(): boolean {
    return this.hasKeys() && (this.hasVerified || this.options.role === 'client');
  }

  private hasKeys(): boolean {
    return (this.socket.cipher as Partial<DtlsSocket['cipher']>).cipher !== undefined;
  }

  /** Each message is examined before the library acts on it. */
  private examineMessages(): void {
    const handle = this.socket.onHandleHandshakes;
    this.socket.onHandleHandshakes = (messages) => {
      if (this.phase === 'ended') return Promise.resolve();
      try {
        for (const message of messages) this.proof.examine(message, this.socket);
      } catch (error) {
        this.fail(error, true);
        return Promise.resolve();
      }
      return handle(messages);
    };
  }

  private connected(): void {
    if (this.phase !== 'handshake') return;
    const keys = this.proof.isComplete ? exportMediaKeys(this.socket) : undefined;
    if (keys === undefined) {
      this.fail(new Error('The handshake ended without proof or without an SRTP profile.'), true);
      return;
    }
    this.phase = 'secured';
    this.listener.secured(keys);
  }

  private fail(error: unknown, proven: boolean): void {
    if (this.phase !== 'handshake') return;
    this.end();
    this.listener.failed(error instanceof Error ? error.message : String(error), proven);
  }

  private end(): void {
    this.phase = 'ended';
    this.pipe.closed = true;
    this.held.length = 0;
    this.socket.dtls.flight = BEYOND_LAST_FLIGHT;
  }

  private sendCloseNotify(): void {
    const header = { epoch: 1, sequenceNumber: CLOSE_SEQUENCE_NUMBER, version: DTLS_1_2 };
    const alert = Buffer.from([1, CLOSE_NOTIFY]);
    const sealed = this.socket.cipher.cipher.encrypt(this.socket.sessionType, alert, {
      ...header,
      type: ContentType.alert,
    });
    this.listener.send(encodeRecord({ ...header, contentType: ContentType.alert }, sealed));
  }
}
