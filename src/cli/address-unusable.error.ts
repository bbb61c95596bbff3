import { systemErrorCode } from '../shared/errors.js';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EADDRNOTAVAIL: 'is not an address of this machine',
  EACCES: 'needs rights that this user does not have',
};

/** The system does not give us an address that we were told to listen on. */
export class AddressUnusableError extends Error {
  override readonly name = 'AddressUnusableError';

  /**
   * @param httpPort of pages and API: other TCP ports are those of media
   * @returns one sentence for what a socket failed with, anything else as it was
   */
  static of(error: unknown, httpPort: number): unknown {
    const reason = REASONS[systemErrorCode(error) ?? ''];
    const { address, port, syscall } = error as { address?: string; port?: number; syscall?: string };
    if (reason === undefined || address === undefined || port === undefined) return error;
    const kind = syscall === 'bind' ? 'UDP' : 'TCP';
    const tcpSetting = port === httpPort ? 'http.listen' : 'webrtc.tcp_port';
    const setting = kind === 'UDP' ? 'webrtc.udp_port' : tcpSetting;
    return new AddressUnusableError(
      `${kind} ${address} port ${String(port)} ${reason}. Another can be given as ${setting}.`,
      { cause: error },
    );
  }
}
