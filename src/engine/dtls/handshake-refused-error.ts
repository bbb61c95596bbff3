/** Someone is not who the offer said, or broke the handshake. The message says how. */
export class HandshakeRefusedError extends Error {
  override readonly name = 'HandshakeRefusedError';
}

/** @param what the peer sent @throws {HandshakeRefusedError} */
export function refuseIf(condition: boolean, what: string): void {
  if (condition) throw new HandshakeRefusedError(`The peer sent ${what}.`);
}

/** @param what the peer sent @throws {HandshakeRefusedError} */
export function refuseUnless(condition: boolean, what: string): asserts condition {
  refuseIf(!condition, what);
}
