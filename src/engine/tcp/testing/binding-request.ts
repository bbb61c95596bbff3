/** A Binding request with nothing but a USERNAME (RFC 8489 section 14.3). */
export function bindingRequest(username: string): Uint8Array {
  const name = new TextEncoder().encode(username);
  const padded = (name.length + 3) & ~3;
  const bytes = new Uint8Array(24 + padded);
  bytes.set([0, 1, 0, 4 + padded, 0x21, 0x12, 0xa4, 0x42]);
  bytes.set([0, 6, 0, name.length], 20);
  bytes.set(name, 24);
  return bytes;
}
