import { DtlsClient, DtlsServer, type DtlsSocket, type Transport } from 'werift';
import type { DtlsIdentity } from './dtls-identity.js';
import { srtpProfileIds } from './media-keys.js';

type SrtpProfileId = NonNullable<DtlsSocket['options']['srtpProfiles']>[number];

/** @returns werift's end of a handshake, which speaks through `transport` */
export function createLibrarySocket(
  role: 'client' | 'server',
  identity: DtlsIdentity,
  transport: Transport,
): DtlsSocket {
  const options = {
    transport,
    cert: identity.certificatePem,
    key: identity.privateKeyPem,
    signatureHash: identity.signatureHash,
    srtpProfiles: [...srtpProfileIds] as SrtpProfileId[],
    extendedMasterSecret: true,
    certificateRequest: role === 'server',
  };
  return role === 'client' ? new DtlsClient(options) : new DtlsServer(options);
}

/** The transport that werift sees: what is delivered to it arrives, what it sends leaves. */
export class LibraryPipe implements Transport {
  readonly type = 'udp';
  readonly address = { address: '', family: '', port: 0 };
  closed = false;
  onData: Transport['onData'] = () => undefined;
  /** Shown the first datagram that leaves. */
  onFirst: ((datagram: Uint8Array) => void) | undefined;

  constructor(private readonly out: (datagram: Uint8Array) => void) {}

  deliver(datagram: Uint8Array): void {
    this.onData(Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength), ['', 0]);
  }

  readonly send = (datagram: Buffer): Promise<void> => {
    if (this.closed) return Promise.resolve();
    this.onFirst?.(datagram);
    this.onFirst = undefined;
    this.out(datagram);
    return Promise.resolve();
  };

  readonly close = (): Promise<void> => Promise.resolve();
}
