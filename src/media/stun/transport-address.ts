/** One end of a UDP flow. */
export interface TransportAddress {
  /** Literal, in the system's notation: `192.0.2.1`, `2001:db8::1`, `fe80::1%eth0`. */
  readonly address: string;
  /** 0 to 65535. */
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6';
}

/** Text is compared: both come from the same system. */
export function isSameTransportAddress(a: TransportAddress, b: TransportAddress): boolean {
  return a.port === b.port && a.address === b.address;
}
