import { ContentType, encodeRecord, parseRecords, type DtlsRecord } from './dtls-record.js';
import { RecordCipher } from './record-cipher.js';
import { RecordOpener } from './record-opener.js';

const randoms = { client: new Uint8Array(32).fill(1), server: new Uint8Array(32).fill(2) };
const [client, server] = (['client', 'server'] as const).map((role) =>
  RecordCipher.of(role, new Uint8Array(48).fill(3), randoms),
) as [RecordCipher, RecordCipher];

function sealed(sequenceNumber: number): DtlsRecord {
  const header = { contentType: ContentType.alert, epoch: 1, sequenceNumber, version: 0xfefd };
  const [record] = parseRecords(encodeRecord(header, client.seal(header, Uint8Array.of(1, 0))));
  if (record === undefined) throw new Error('no record');
  return record;
}

function forged(sequenceNumber: number): DtlsRecord {
  return { ...sealed(sequenceNumber), fragment: new Uint8Array(26).fill(7) };
}

describe('RecordOpener', () => {
  it('opens a record once', () => {
    const opener = new RecordOpener(() => 0);

    expect(opener.open(sealed(5), server)).toEqual(Buffer.of(1, 0));
    expect(opener.open(sealed(5), server)).toBeUndefined();
    expect(opener.open(sealed(4), server)).toEqual(Buffer.of(1, 0));
  });

  it('has no number used up by a record that is not the peer’s', () => {
    const opener = new RecordOpener(() => 0);

    expect(opener.open(forged(5), server)).toBeUndefined();
    expect(opener.open(sealed(5), server)).toEqual(Buffer.of(1, 0));
  });

  it('tries no more than 32 in a second', () => {
    let nowMs = 0;
    const opener = new RecordOpener(() => nowMs);
    for (let number = 0; number < 32; number += 1) opener.open(forged(number), server);

    expect(opener.open(sealed(40), server)).toBeUndefined();
    nowMs = 1000;
    expect(opener.open(sealed(40), server)).toEqual(Buffer.of(1, 0));
  });

  it('opens none of another epoch', () => {
    expect(new RecordOpener(() => 0).open({ ...sealed(0), epoch: 2 }, server)).toBeUndefined();
  });
});
