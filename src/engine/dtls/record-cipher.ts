import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { DtlsRecord } from './dtls-record.js';
import { keyBlock, type HelloRandoms } from './key-schedule.js';

const ALGORITHM = 'aes-128-gcm';
const KEY_BYTES = 16;
/** The part of a nonce that is secret, and the one that is sent with each record (RFC 5288 section 3). */
const SALT_BYTES = 4;
const EXPLICIT_BYTES = 8;
const TAG_BYTES = 16;

/** What is authenticated of a record besides its content. */
export type RecordHeader = Pick<DtlsRecord, 'contentType' | 'epoch' | 'sequenceNumber' | 'version'>;

interface Direction {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

/** Records of epoch 1: AES-128-GCM, RFC 5288. */
export class RecordCipher {
  private constructor(
    private readonly writing: Direction,
    private readonly reading: Direction,
  ) {}

  static of(role: 'client' | 'server', masterSecret: Uint8Array, randoms: HelloRandoms): RecordCipher {
    const block = keyBlock(masterSecret, randoms, 2 * (KEY_BYTES + SALT_BYTES));
    const saltsAt = 2 * KEY_BYTES;
    const client = { key: block.subarray(0, KEY_BYTES), salt: block.subarray(saltsAt, saltsAt + SALT_BYTES) };
    const server = { key: block.subarray(KEY_BYTES, saltsAt), salt: block.subarray(saltsAt + SALT_BYTES) };
    return role === 'client' ? new RecordCipher(client, server) : new RecordCipher(server, client);
  }

  /** @param header whose sequence number is used once @returns the record's fragment */
  seal(header: RecordHeader, content: Uint8Array): Uint8Array {
    const { key, salt } = this.writing;
    const explicit = sequenceBytes(header);
    const cipher = createCipheriv(ALGORITHM, key, Buffer.concat([salt, explicit]), { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(header, content.length));
    return Buffer.concat([explicit, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  }

  /** @returns its content, undefined when it is not the peer's */
  open(record: DtlsRecord): Uint8Array | undefined {
    const { fragment } = record;
    const length = fragment.length - EXPLICIT_BYTES - TAG_BYTES;
    if (length < 0) return undefined;
    const { key, salt } = this.reading;
    const nonce = Buffer.concat([salt, fragment.subarray(0, EXPLICIT_BYTES)]);
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(record, length));
    decipher.setAuthTag(fragment.subarray(EXPLICIT_BYTES + length));
    try {
      return Buffer.concat([
        decipher.update(fragment.subarray(EXPLICIT_BYTES, EXPLICIT_BYTES + length)),
        decipher.final(),
      ]);
    } catch {
      return undefined;
    }
  }
}

/** Epoch and sequence number, which together are never repeated: the explicit part of the nonce. */
function sequenceBytes({ epoch, sequenceNumber }: RecordHeader): Buffer {
  const bytes = Buffer.alloc(EXPLICIT_BYTES);
  bytes.writeUInt16BE(epoch);
  bytes.writeUIntBE(sequenceNumber, 2, 6);
  return bytes;
}

/** RFC 5246 section 6.2.3.3, with the sequence number of RFC 6347 section 4.1.2.1. */
function additionalData(header: RecordHeader, length: number): Buffer {
  const rest = Buffer.alloc(5);
  rest.writeUInt8(header.contentType);
  rest.writeUInt16BE(header.version, 1);
  rest.writeUInt16BE(length, 3);
  return Buffer.concat([sequenceBytes(header), rest]);
}
