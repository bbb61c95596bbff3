/** @returns the number whose lower 32 bits are `serial` and that is nearest to `near`: it grows where the wire's wraps */
export function unwrap32(serial: number, near: number): number {
  return near + ((serial - near) | 0);
}

/** @returns how far `serial` is ahead of `from` modulo 2^16; negative when it is behind */
export function ahead16(serial: number, from: number): number {
  return ((serial - from) << 16) >> 16;
}
