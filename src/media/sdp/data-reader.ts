import type { CandidateList } from './candidate.js';
import type { MediaSection } from './description.js';
import type { SdpAttribute, SdpLine } from './lines.js';
import { SdpError } from './sdp.errors.js';
import type { OfferedData } from './session.js';
import { readMid } from './mid.js';
import { TransportReader } from './transport-reader.js';

const M_LINE = /^application (?<port>\d{1,5}) (?<protocol>(?:UDP|TCP)\/DTLS\/SCTP) webrtc-datachannel$/i;
/** RFC 8841 section 6.1: what is meant where nothing is said. */
const DEFAULT_BYTES = 65_536;
const DEFAULT_PORT = 5000;
const MOST_PORT = 65_535;

/** Whether an m-line offers data channels as RFC 8841 has them, and is in use. */
export function offersData({ line, attributes }: MediaSection): boolean {
  const port = M_LINE.exec(line.value.trim())?.groups?.['port'];
  return port !== undefined && (Number(port) > 0 || attributes.some(({ name }) => name === 'bundle-only'));
}

/** An m-line of data channels. */
export class DataReader {
  readonly transport: TransportReader;
  private readonly protocol: string;
  private mid: string | undefined;
  private port = DEFAULT_PORT;
  private mostBytes = DEFAULT_BYTES;

  constructor(
    readonly line: SdpLine,
    candidates: CandidateList,
  ) {
    this.transport = new TransportReader(candidates);
    this.protocol = M_LINE.exec(line.value.trim())?.groups?.['protocol']?.toUpperCase() ?? '';
  }

  /** @throws {SdpError} when an attribute that matters is malformed */
  read(attribute: SdpAttribute): void {
    if (attribute.name === 'mid') this.mid ??= readMid(attribute);
    else if (attribute.name === 'sctp-port') this.port = readNumber(attribute, 1, MOST_PORT);
    else if (attribute.name === 'max-message-size') this.mostBytes = readNumber(attribute, 0, Number.MAX_SAFE_INTEGER);
    else this.transport.read(attribute);
  }

  /** @throws {SdpError} when it has no name */
  offered(): OfferedData {
    const { mid, protocol, port, mostBytes } = this;
    if (mid === undefined) throw new SdpError(this.line.number, 'The m-line has no a=mid.');
    return { mid, protocol, data: { port, mostBytes } };
  }
}

function readNumber({ line, name, value }: SdpAttribute, least: number, most: number): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : -1;
  if (number < least || number > most) throw new SdpError(line, `a=${name} has a number from ${least} to ${most}.`);
  return number;
}
