/**
 * Bytes that come part by part, of which a part is good until the next one is asked for: its memory is used again. Every
 * Readable is one, whose parts are good for ever.
 */
export interface LentBytes extends AsyncIterable<Uint8Array> {
  /** Nobody wants the rest. */
  destroy(): void;
}
