import { instantiate, type WasmMemory } from './web-assembly.js';

/**
 * The arithmetic of SRTP but for AES, on offsets into one memory: pure functions that allocate nothing. The compiled
 * ones (`assembly/`) and their plain twins (`testing/plain-kernels.ts`) do the same.
 *
 * Keystream is what AES makes of counter blocks; for GCM its first block masks the tag. `header` is the length of what
 * stays in the clear. Packets need not be aligned; up to 15 bytes behind a payload are read, none is written.
 */
export interface SrtpKernels {
  /** XORs `length` bytes with the keystream. */
  applyKeystream(offset: number, keystream: number, length: number): void;

  /** Counter blocks (RFC 7714 section 8.1) of `packets` packets, `blocks` each. The sequence numbers must not wrap. */
  gcmCounters(
    out: number,
    salt: number,
    ssrc: number,
    rolloverCounter: number,
    sequenceNumber: number,
    packets: number,
    blocks: number,
  ): void;
  /** Writes the `GHASH_TABLE_BYTES` of the GHASH key at `key`. */
  ghashTables(tables: number, key: number): void;
  /**
   * Opens one or two packets of one key in place; what is not authentic stays as it is.
   * @param length with the tag; `secondLength` 0 = there is no second packet
   * @returns bit 0 and bit 1: the first, the second is authentic
   */
  gcmOpen(
    tables: number,
    packet: number,
    header: number,
    length: number,
    keystream: number,
    second: number,
    secondHeader: number,
    secondLength: number,
    secondKeystream: number,
  ): number;
  /**
   * Encrypts one or two packets of one key in place and writes their tags behind them.
   * @param length without the tag; `secondLength` 0 = there is no second packet
   */
  gcmSeal(
    tables: number,
    packet: number,
    header: number,
    length: number,
    keystream: number,
    second: number,
    secondHeader: number,
    secondLength: number,
    secondKeystream: number,
  ): void;

  /** Counter blocks (RFC 3711 section 4.1.1), as `gcmCounters`. */
  cmCounters(
    out: number,
    salt: number,
    ssrc: number,
    rolloverCounter: number,
    sequenceNumber: number,
    packets: number,
    blocks: number,
  ): void;
  /** Writes the `HMAC_PADS_BYTES` of the authentication key of 20 bytes at `key`. */
  hmacPads(pads: number, key: number): void;
  /**
   * @param lanes four entries of 16 bytes: offset, length without the tag, rollover counter, 0; those that are not wanted repeat another
   * @returns bit 0 to 3: the tag behind the packet is right
   */
  cmVerify(lanes: number, pads: number): number;
  /** Writes the tags of four packets behind them. @param lanes as those of `cmVerify` */
  cmSign(lanes: number, pads: number): void;
}

/** @throws {Error} when the module cannot be compiled here: it uses 128-bit SIMD */
export function loadSrtpKernels(bytes: Uint8Array, memory: WasmMemory): SrtpKernels {
  return instantiate(bytes, memory) as SrtpKernels;
}
