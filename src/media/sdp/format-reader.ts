import type { SdpAttribute, SdpLine } from './lines.js';
import { SdpError } from './sdp.errors.js';
import type { OfferedFormat } from './session.js';

interface Encoding {
  readonly codecName: string;
  readonly clockRate: number;
  readonly channels: number;
}

const MAX_FORMATS = 100;
const MAX_PAYLOAD_TYPE = 127;
const EVERY_PAYLOAD_TYPE = '*';

/** The payload types of one m-line and what `a=rtpmap`, `a=fmtp` and `a=rtcp-fb` say of them. */
export class FormatReader {
  private readonly payloadTypes: readonly number[];
  private readonly encodings = new Map<string, Encoding>();
  private readonly parameters = new Map<string, string[]>();
  private readonly feedback = new Map<string, string[]>();

  /** @throws {SdpError} when the m-line's formats are no payload types, 0 to 127, or more than a hundred */
  constructor(line: SdpLine, formats: readonly string[]) {
    if (formats.length === 0 || formats.length > MAX_FORMATS) {
      throw new SdpError(line.number, `An m-line has 1 to ${String(MAX_FORMATS)} formats.`);
    }
    this.payloadTypes = [...new Set(formats.map((format) => payloadTypeOf(format, line.number)))];
  }

  /** `96 H264/90000`, `111 opus/48000/2` (RFC 8866 section 6.6); the first for a payload type counts. */
  readEncoding({ line, value }: SdpAttribute): void {
    const shape = /^(?<type>\d{1,3}) (?<name>[^\s/]{1,64})\/(?<rate>\d{1,9})(?:\/(?<channels>\d{1,3}))?\s*$/;
    const { type, name, rate, channels } = shape.exec(value)?.groups ?? {};
    if (type === undefined || name === undefined) throw new SdpError(line, 'It is no rtpmap.');
    if (this.encodings.has(type)) return;
    this.encodings.set(type, { codecName: name, clockRate: Number(rate), channels: Number(channels ?? 1) });
  }

  readParameters({ line, value }: SdpAttribute): void {
    this.append(this.parameters, value, line);
  }

  readFeedback({ line, value }: SdpAttribute): void {
    this.append(this.feedback, value, line);
  }

  /** In the m-line's order. A payload type without a=rtpmap is left out: nobody records those with fixed numbers. */
  formats(): OfferedFormat[] {
    return this.payloadTypes.flatMap((payloadType) => {
      const key = String(payloadType);
      const encoding = this.encodings.get(key);
      if (encoding === undefined) return [];
      const feedback = [...(this.feedback.get(key) ?? []), ...(this.feedback.get(EVERY_PAYLOAD_TYPE) ?? [])];
      return [{ payloadType, ...encoding, format: this.parameters.get(key)?.join(';') ?? '', feedback }];
    });
  }

  private append(values: Map<string, string[]>, text: string, line: number): void {
    const { type, value } = /^(?<type>\d{1,3}|\*) (?<value>.+)$/.exec(text)?.groups ?? {};
    if (type === undefined || value === undefined) throw new SdpError(line, 'It does not begin with a payload type.');
    const known = values.get(type);
    if (known === undefined) values.set(type, [value.trim()]);
    else known.push(value.trim());
  }
}

function payloadTypeOf(text: string, line: number): number {
  if (!/^(?:0|[1-9]\d{0,2})$/.test(text) || Number(text) > MAX_PAYLOAD_TYPE) {
    throw new SdpError(line, 'A payload type is a number from 0 to 127.');
  }
  return Number(text);
}
