import { uint8, uint16 } from '../../media/bytes.js';
import { ContentType, encodeRecord } from './dtls-record.js';
import { DTLS_1_2 } from './handshake-messages.js';
import type { RecordCipher } from './record-cipher.js';

/** Larger flights go in several datagrams. */
const DATAGRAM_BYTES = 1200;

/** One record of a flight: sealed when its epoch has keys. */
export interface FlightRecord {
  readonly contentType: number;
  readonly epoch: 0 | 1;
  readonly content: Uint8Array;
}

/**
 * What goes out of a handshake: messages of one flight together, and again until the peer goes on (RFC 6347 section 4.2.4).
 * A record that is repeated has a new sequence number, so that no nonce is used twice.
 */
export class FlightSender {
  private readonly nextSequence: [number, number] = [0, 0];
  private last: readonly FlightRecord[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param send takes a datagram, which is its own */
  constructor(private readonly send: (datagram: Uint8Array) => void) {}

  /** @param repeatAfterMs pauses between repetitions; none = it is repeated on request only */
  begin(
    records: readonly FlightRecord[],
    cipher: RecordCipher | undefined,
    repeatAfterMs: readonly number[] = [],
  ): void {
    this.last = records;
    this.transmit(cipher);
    this.schedule(cipher, repeatAfterMs);
  }

  /** The last flight once more: the peer did not hear it. */
  repeat(cipher: RecordCipher | undefined): void {
    this.transmit(cipher);
  }

  /** The peer has heard it. */
  settle(): void {
    clearTimeout(this.timer);
  }

  /** Sealed as soon as anything was. It is not repeated. */
  sendAlert(level: number, description: number, cipher: RecordCipher | undefined): void {
    const epoch = this.nextSequence[1] > 0 ? 1 : 0;
    this.send(this.encode({ contentType: ContentType.alert, epoch, content: uint8(level, description) }, cipher));
  }

  /** For the application, with keys that were agreed on. @param content at most 16 KiB */
  sendData(content: Uint8Array, cipher: RecordCipher): void {
    this.send(this.encode({ contentType: ContentType.applicationData, epoch: 1, content }, cipher));
  }

  private schedule(cipher: RecordCipher | undefined, [pauseMs, ...later]: readonly number[]): void {
    clearTimeout(this.timer);
    if (pauseMs === undefined) return;
    this.timer = setTimeout(() => {
      this.transmit(cipher);
      this.schedule(cipher, later);
    }, pauseMs);
    this.timer.unref();
  }

  private transmit(cipher: RecordCipher | undefined): void {
    let datagram: Uint8Array[] = [];
    let length = 0;
    const flush = (): void => {
      if (length > 0) this.send(Buffer.concat(datagram));
      datagram = [];
      length = 0;
    };
    for (const record of this.last) {
      const bytes = this.encode(record, cipher);
      if (length + bytes.length > DATAGRAM_BYTES) flush();
      datagram.push(bytes);
      length += bytes.length;
    }
    flush();
  }

  private encode({ contentType, epoch, content }: FlightRecord, cipher: RecordCipher | undefined): Uint8Array {
    const header = { contentType, epoch, sequenceNumber: this.nextSequence[epoch]++, version: DTLS_1_2 };
    if (epoch === 0) return encodeRecord(header, content);
    if (cipher === undefined) throw new RangeError('There are no keys yet.');
    return encodeRecord(header, cipher.seal(header, content));
  }
}

/** @returns a handshake message in one piece (RFC 6347 section 4.2.2) */
export function handshakeMessage(type: number, sequence: number, body: Uint8Array): Uint8Array {
  const length = [body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff];
  return Buffer.concat([uint8(type, ...length), uint16(sequence), uint8(0, 0, 0, ...length), body]);
}

export const changeCipherSpec: FlightRecord = {
  contentType: ContentType.changeCipherSpec,
  epoch: 0,
  content: uint8(1),
};
