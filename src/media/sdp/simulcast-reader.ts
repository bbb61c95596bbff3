import type { SdpAttribute } from './lines.js';
import type { OfferedLayer } from './session.js';

/** More layers than any sender has; what goes beyond is refused. */
const MOST_LAYERS = 8;
/** RFC 8851 section 10, with a length that a line of the answer has room for. */
const RID = /^[\w-]{1,64}$/;

/**
 * The simulcast layers of one m-line: `a=rid` (RFC 8851) and `a=simulcast` (RFC 8853). What is malformed is refused by
 * leaving it out, as both RFCs ask: the rest of the track comes all the same.
 */
export class SimulcastReader {
  private readonly described = new Map<string, OfferedLayer>();
  private streams: readonly string[] = [];

  /** `q send pt=96,97;max-width=320` */
  readRid({ value }: SdpAttribute): void {
    const [rid = '', direction, restrictions = ''] = value.trim().split(/ +/);
    if (!RID.test(rid) || direction !== 'send' || this.described.has(rid)) return;
    const list = restrictions.split(';').find((restriction) => restriction.startsWith('pt='));
    const payloadTypes = list?.slice('pt='.length).split(',').map(Number);
    this.described.set(rid, { rid, payloadTypes });
  }

  /** `send q;~h,x;f recv y`: streams between semicolons, alternatives between commas, a tilde before what is paused. */
  readSimulcast({ value }: SdpAttribute): void {
    const words = value.trim().split(/ +/);
    const send = words.indexOf('send');
    if (send < 0 || this.streams.length > 0) return;
    // Drafts before RFC 8853 wrote `send rid=q;h;f`.
    this.streams = (words[send + 1] ?? '').replace(/^rid=/, '').split(';');
  }

  /** @returns in the order of the offer, of alternatives the first that is described */
  layers(): OfferedLayer[] {
    const layers = this.streams.flatMap((stream) => {
      const alternatives = stream.split(',').map((rid) => this.described.get(rid.replace(/^~/, '')));
      return alternatives.find((layer) => layer !== undefined) ?? [];
    });
    return [...new Set(layers)].slice(0, MOST_LAYERS);
  }
}
