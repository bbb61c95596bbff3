import type { SdpAttribute } from './lines.js';
import { SdpError } from './sdp.errors.js';
import type { OfferedMedia } from './session.js';

const MAX_SOURCES = 64;
const MAX_SSRC = 2 ** 32 - 1;
const RETRANSMISSIONS = 'FID';
const SIMULCAST = 'SIM';
/** Groups whose second member repairs the first in a way that was not agreed on. */
const FORWARD_ERROR_CORRECTION: ReadonlySet<string> = new Set(['FEC', 'FEC-FR']);

/** The SSRCs of one m-line, RFC 5576. */
export class SourceReader {
  private readonly ssrcs = new Set<number>();
  private readonly rtxSsrcs = new Map<number, number>();
  private readonly repairing = new Set<number>();
  private layers: readonly number[] = [];

  /** `3668804649 cname:…` */
  readSource({ line, value }: SdpAttribute): void {
    this.add(value.split(' ', 1)[0] ?? '', line);
  }

  /** `FID 883511095 3631311597`, `SIM 1 2 3` */
  readGroup({ line, value }: SdpAttribute): void {
    const [semantics = '', ...members] = value.trim().split(/ +/);
    const ssrcs = members.map((member) => this.add(member, line));
    if (semantics === SIMULCAST) this.layers = ssrcs;
    const [primary, repair] = ssrcs;
    if (primary === undefined || repair === undefined || primary === repair || ssrcs.length !== 2) return;
    if (semantics === RETRANSMISSIONS) this.rtxSsrcs.set(primary, repair);
    if (semantics === RETRANSMISSIONS || FORWARD_ERROR_CORRECTION.has(semantics)) this.repairing.add(repair);
  }

  /** Primary ones in the order of their first mention. */
  sources(): OfferedMedia['sources'] {
    const primary = [...this.ssrcs].filter((ssrc) => !this.repairing.has(ssrc));
    return primary.map((ssrc) => {
      const rtxSsrc = this.rtxSsrcs.get(ssrc);
      const layer = this.layers.indexOf(ssrc);
      return { ssrc, ...(rtxSsrc === undefined ? {} : { rtxSsrc }), ...(layer < 0 ? {} : { layer }) };
    });
  }

  private add(text: string, line: number): number {
    const ssrc = Number(text);
    if (!/^\d{1,10}$/.test(text) || ssrc > MAX_SSRC) throw new SdpError(line, 'An SSRC is a number below 2^32.');
    this.ssrcs.add(ssrc);
    if (this.ssrcs.size > MAX_SOURCES) throw new SdpError(line, `There are more than ${String(MAX_SOURCES)} SSRCs.`);
    return ssrc;
  }
}
