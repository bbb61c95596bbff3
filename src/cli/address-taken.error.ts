import { systemErrorCode } from '../shared/errors.js';

/** Somebody else has the address that the server was told to use. */
export class AddressTakenError extends Error {
  override readonly name = 'AddressTakenError';

  constructor(address: string, setting: string, options: ErrorOptions) {
    super(`${address} is taken by another program: end that program, or give another address as ${setting}.`, options);
  }

  /** @returns the sentence for a refused address, anything else as it was */
  static of(error: unknown): unknown {
    const code = systemErrorCode(error);
    if (code !== 'EADDRINUSE' || !(error instanceof Error)) return error;
    const { address = '', port = 0, syscall } = error as NodeJS.ErrnoException & { address?: string; port?: number };
    const [what, setting] = syscall === 'bind' ? ['UDP', 'webrtc.udp_port'] : ['TCP', 'http.listen'];
    return new AddressTakenError(`The ${what} address ${address} port ${port}`, setting, { cause: error });
  }
}
