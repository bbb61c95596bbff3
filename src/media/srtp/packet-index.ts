const SEQUENCE_NUMBERS = 0x10000;
const LARGEST_INDEX = 2 ** 48 - 1;

/**
 * Guesses the 48-bit index (rollover counter and sequence number) of a packet from the highest one that is known to be
 * authentic: RFC 3711 section 3.3.1 and appendix A.
 *
 * @param highest index known, -1 when there is none: the rollover counter is then 0
 * @returns -1 when there can be no such packet
 */
export function guessPacketIndex(sequenceNumber: number, highest: number): number {
  if (highest < 0) return sequenceNumber;
  const last = highest & 0xffff;
  let index = highest - last + sequenceNumber;
  if (last < 0x8000) {
    if (sequenceNumber - last > 0x8000) index -= SEQUENCE_NUMBERS;
  } else if (last - 0x8000 > sequenceNumber) {
    index += SEQUENCE_NUMBERS;
  }
  return index >= 0 && index <= LARGEST_INDEX ? index : -1;
}

/** @returns 0 to 2^32 - 1 */
export function rolloverCounterOf(index: number): number {
  return Math.floor(index / SEQUENCE_NUMBERS);
}
