import { parseIpAddress } from '../stun/ip-address.js';
import { SdpError } from './sdp.errors.js';
import type { IceCandidate } from './session.js';
import type { SdpAttribute } from './lines.js';

const MAX_CANDIDATES = 100;
const MAX_PRIORITY = 2 ** 32 - 1;
const MAX_PORT = 65_535;
const SHAPE =
  /^(?<foundation>[A-Za-z0-9+/]{1,32}) (?<component>\d{1,3}) (?<transport>\S+) (?<priority>\d{1,10}) (?<address>\S+) (?<port>\d{1,5}) typ (?<type>\S+)(?: .*)?$/;

/** The candidates of one description, in its order. */
export class CandidateList {
  private readonly usable: IceCandidate[] = [];
  private count = 0;

  get candidates(): readonly IceCandidate[] {
    return this.usable;
  }

  /**
   * Takes an `a=candidate` attribute (RFC 8839 section 5.1). Names (mDNS too), unknown transports and types and other
   * components than RTP's are left out without a word: nothing is ever resolved, and the peer's checks tell its address.
   *
   * @throws {SdpError} when it is malformed, or the 101st
   */
  add({ line, value }: SdpAttribute): void {
    this.count += 1;
    if (this.count > MAX_CANDIDATES) {
      throw new SdpError(line, `There are more than ${String(MAX_CANDIDATES)} candidates.`);
    }
    const candidate = readCandidate(value, line);
    if (candidate !== undefined) this.usable.push(candidate);
  }
}

/** @returns an `a=candidate` value */
export function writeCandidate(candidate: IceCandidate): string {
  const { foundation, component, transport, priority, address, port, type, tcpType } = candidate;
  const extension = tcpType === undefined ? '' : ` tcptype ${tcpType}`;
  return `${foundation} ${component} ${transport} ${priority} ${address} ${port} typ ${type}${extension}`;
}

function readCandidate(value: string, line: number): IceCandidate | undefined {
  const { foundation, transport, address, type, ...numbers } = SHAPE.exec(value)?.groups ?? {};
  const component = Number(numbers['component']);
  const priority = Number(numbers['priority']);
  const port = Number(numbers['port']);
  if (foundation === undefined || address === undefined || priority > MAX_PRIORITY || port > MAX_PORT) {
    throw new SdpError(line, 'It is no candidate.');
  }
  const protocol = transport?.toLowerCase();
  if (component !== 1 || !isTransport(protocol) || !isType(type) || parseIpAddress(address) === undefined) {
    return undefined;
  }
  return { foundation, component, transport: protocol, priority, address, port, type };
}

function isTransport(text: string | undefined): text is IceCandidate['transport'] {
  return text === 'udp' || text === 'tcp';
}

function isType(text: string | undefined): text is IceCandidate['type'] {
  return text === 'host' || text === 'srflx' || text === 'prflx' || text === 'relay';
}
