/** What a fatal alert says of a refusal, RFC 5246 section 7.2. */
export const AlertDescription = {
  handshakeFailure: 40,
  badCertificate: 42,
  decryptError: 51,
  protocolVersion: 70,
  internalError: 80,
} as const;

/** A message of the handshake that is refused; its own message says why. */
export class HandshakeRefusedError extends Error {
  override readonly name = 'HandshakeRefusedError';

  /** @param alert what the peer is told; undefined for what cannot even be read */
  constructor(
    message: string,
    readonly alert?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The proof of who the peer is was wrong. Anything else in the clear may be a stranger's, and ends nothing. */
  get isFinal(): boolean {
    return this.alert === AlertDescription.badCertificate || this.alert === AlertDescription.decryptError;
  }
}

/** @param what the peer sent @param alert what the peer is told @throws {HandshakeRefusedError} */
export function refuseIf(condition: boolean, what: string, alert?: number): void {
  if (condition) throw new HandshakeRefusedError(`The peer sent ${what}.`, alert);
}

/** @param what the peer sent @param alert what the peer is told @throws {HandshakeRefusedError} */
export function refuseUnless(condition: boolean, what: string, alert?: number): asserts condition {
  refuseIf(!condition, what, alert);
}
