import { Crc64 } from './crc64.js';

// The check value of CRC-64/XZ, 0x995dc9bbdf1939fa, in the catalogue of parametrised CRC algorithms; zero for no bytes.
it.each([
  ['', '0'],
  ['123456789', '11051210869376104954'],
])('has the checksum of %j', (text, decimal) => {
  expect(new Crc64().update(Buffer.from(text)).decimal()).toBe(decimal);
});

it('comes to the same whichever way the bytes are cut', () => {
  const bytes = Buffer.from('the way the bytes are cut does not matter');
  const whole = new Crc64().update(bytes).decimal();

  for (let cut = 0; cut <= bytes.length; cut += 1) {
    expect(new Crc64().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).decimal()).toBe(whole);
  }
});
