import { ascii, readUint16, readUint32 } from '../../bytes.js';

/**
 * Identification header, RFC 7845 section 5.1: what an OpusSpecificBox says, with the bytes of its numbers in reverse.
 *
 * @param configuration an OpusSpecificBox of mono or stereo
 */
export function opusHead(configuration: Uint8Array): Uint8Array {
  const head = new Uint8Array(19);
  const view = new DataView(head.buffer);
  head.set(ascii('OpusHead'));
  head[8] = 1;
  head[9] = configuration[1] ?? 2;
  view.setUint16(10, readUint16(configuration, 2), true);
  view.setUint32(12, readUint32(configuration, 4), true);
  view.setUint16(16, readUint16(configuration, 8), true);
  return head;
}
