import type { MediaKind } from '../codecs/codec.js';
import type { CandidateList } from './candidate.js';
import { ExtensionReader } from './extension-reader.js';
import { FormatReader } from './format-reader.js';
import type { SdpAttribute, SdpLine } from './lines.js';
import { readMid } from './mid.js';
import { SdpError, SdpUnsupportedError } from './sdp.errors.js';
import type { OfferedMedia } from './session.js';
import { SimulcastReader } from './simulcast-reader.js';
import { SourceReader } from './source-reader.js';
import { TransportReader } from './transport-reader.js';

type Direction = OfferedMedia['direction'];

const PROTOCOL = 'UDP/TLS/RTP/SAVPF';
const DIRECTIONS: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] satisfies Direction[];

/** One m-line of an offer. */
export class MediaReader {
  readonly transport: TransportReader;
  private readonly kind: MediaKind;
  private readonly portNumber: number;
  private readonly formats: FormatReader;
  private readonly sources = new SourceReader();
  private readonly extensions = new ExtensionReader();
  private readonly simulcast = new SimulcastReader();
  private direction: Direction = 'sendrecv';
  private mid: string | undefined;
  private hasRtcpMux = false;
  private hasReducedSizeRtcp = false;
  private isBundleOnly = false;
  private allowsMixedExtensions = false;
  private readonly readers: ReadonlyMap<string, (attribute: SdpAttribute) => void> = new Map([
    ['mid', (attribute) => (this.mid ??= readMid(attribute))],
    ['rtpmap', (attribute) => this.formats.readEncoding(attribute)],
    ['fmtp', (attribute) => this.formats.readParameters(attribute)],
    ['rtcp-fb', (attribute) => this.formats.readFeedback(attribute)],
    ['extmap', (attribute) => this.extensions.read(attribute)],
    ['ssrc', (attribute) => this.sources.readSource(attribute)],
    ['ssrc-group', (attribute) => this.sources.readGroup(attribute)],
    ['rid', (attribute) => this.simulcast.readRid(attribute)],
    ['simulcast', (attribute) => this.simulcast.readSimulcast(attribute)],
    ['rtcp-mux', () => (this.hasRtcpMux = true)],
    ['rtcp-rsize', () => (this.hasReducedSizeRtcp = true)],
    ['bundle-only', () => (this.isBundleOnly = true)],
    ['extmap-allow-mixed', () => (this.allowsMixedExtensions = true)],
  ] satisfies [string, (attribute: SdpAttribute) => void][]);

  /**
   * @throws {SdpError} for a malformed m-line
   * @throws {SdpUnsupportedError} for other media than audio and video, other protocols than UDP/TLS/RTP/SAVPF
   */
  constructor(
    readonly line: SdpLine,
    candidates: CandidateList,
  ) {
    const [media = '', port = '', protocol = '', ...formats] = line.value.trim().split(/ +/);
    if (!/^\d{1,5}(?:\/\d+)?$/.test(port) || formats.length === 0) throw new SdpError(line.number, 'It is no m-line.');
    this.kind = kindOf(media, line.number);
    if (protocol.toUpperCase() !== PROTOCOL) throw new SdpUnsupportedError(line.number, `Only ${PROTOCOL} is spoken.`);
    this.portNumber = Number.parseInt(port, 10);
    this.formats = new FormatReader(line, formats);
    this.transport = new TransportReader(candidates);
  }

  /** @throws {SdpError} when an attribute that matters is malformed */
  read(attribute: SdpAttribute): void {
    const read = this.readers.get(attribute.name);
    if (read !== undefined) read(attribute);
    else if (isDirection(attribute.name)) this.direction = attribute.name;
    else this.transport.read(attribute);
  }

  /**
   * @throws {SdpError} when something that every m-line has is missing
   * @throws {SdpUnsupportedError} when it could be answered only by rejecting the m-line, which WHIP does not
   * (RFC 9725 section 4.2)
   */
  sentMedia(): OfferedMedia {
    const { direction } = this;
    this.demand(this.portNumber > 0 || this.isBundleOnly, 'The m-line is disabled by its port 0.');
    this.demand(direction === 'sendonly' || direction === 'sendrecv', 'The client sends nothing on this m-line.');
    return this.media();
  }

  /**
   * Whatever its direction.
   *
   * @throws {SdpError} when something that every m-line has is missing
   * @throws {SdpUnsupportedError} when RTP and RTCP do not share their port
   */
  media(): OfferedMedia {
    const { mid, direction } = this;
    const layers = this.simulcast.layers();
    if (mid === undefined) throw new SdpError(this.line.number, 'The m-line has no a=mid.');
    this.demand(this.hasRtcpMux, 'The m-line has no a=rtcp-mux.');
    return {
      mid,
      kind: this.kind,
      direction,
      formats: this.formats.formats(),
      extensions: this.extensions.extensions(),
      sources: this.sources.sources(),
      ...(layers.length > 0 ? { layers } : {}),
      ...(this.hasReducedSizeRtcp ? { reducedSizeRtcp: true } : {}),
      ...(this.allowsMixedExtensions ? { allowsMixedExtensions: true } : {}),
    };
  }

  private demand(isMet: boolean, otherwise: string): void {
    if (!isMet) throw new SdpUnsupportedError(this.line.number, otherwise);
  }
}

function kindOf(media: string, line: number): MediaKind {
  if (media === 'audio' || media === 'video') return media;
  throw new SdpUnsupportedError(
    line,
    media === 'application'
      ? 'Data channels are offered as UDP/DTLS/SCTP webrtc-datachannel, on one m-line.'
      : 'Only audio and video are recorded.',
  );
}

function isDirection(name: string): name is Direction {
  return DIRECTIONS.includes(name);
}
