import { createHmac, hash } from 'node:crypto';

const MASTER_SECRET_BYTES = 48;
export const VERIFY_DATA_BYTES = 12;

/** The randoms of both hellos. */
export interface HelloRandoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** PRF with SHA-256, RFC 5246 section 5. */
export function pseudoRandom(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const blocks: Buffer[] = [];
  let chained: Buffer = labelled;
  for (let made = 0; made < length; made += 32) {
    chained = hmac(secret, chained);
    blocks.push(hmac(secret, Buffer.concat([chained, labelled])));
  }
  return Buffer.concat(blocks, length);
}

/** @param transcript all messages up to the ClientKeyExchange, when both sides speak of the extended master secret (RFC 7627 section 4) */
export function masterSecretOf(
  preMasterSecret: Uint8Array,
  randoms: HelloRandoms,
  transcript: Uint8Array | undefined,
): Buffer {
  if (transcript === undefined)
    return pseudoRandom(preMasterSecret, 'master secret', clientFirst(randoms), MASTER_SECRET_BYTES);
  return pseudoRandom(preMasterSecret, 'extended master secret', sha256(transcript), MASTER_SECRET_BYTES);
}

/** RFC 5246 section 7.4.9. @param transcript all messages before this Finished */
export function verifyData(masterSecret: Uint8Array, role: 'client' | 'server', transcript: Uint8Array): Buffer {
  return pseudoRandom(masterSecret, `${role} finished`, sha256(transcript), VERIFY_DATA_BYTES);
}

/** RFC 5246 section 6.3. */
export function keyBlock(masterSecret: Uint8Array, { client, server }: HelloRandoms, length: number): Buffer {
  return pseudoRandom(masterSecret, 'key expansion', Buffer.concat([server, client]), length);
}

/** RFC 5705 without a context, with the label of RFC 5764 section 4.2. */
export function exportForSrtp(masterSecret: Uint8Array, randoms: HelloRandoms, length: number): Buffer {
  return pseudoRandom(masterSecret, 'EXTRACTOR-dtls_srtp', clientFirst(randoms), length);
}

function clientFirst({ client, server }: HelloRandoms): Buffer {
  return Buffer.concat([client, server]);
}

function hmac(secret: Uint8Array, content: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(content).digest();
}

function sha256(content: Uint8Array): Buffer {
  return hash('sha256', content, 'buffer');
}
