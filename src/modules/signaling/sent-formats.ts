import { randomInt } from 'node:crypto';
import type { SentFormat } from '../../media/sdp/subscriber-negotiation.js';
import type { PublisherSession } from './publisher-session.js';

/** SSRCs have 32 bits; 0 looks like none to some receivers. */
const SSRC_LIMIT = 2 ** 32;

export function newSsrc(): number {
  return randomInt(1, SSRC_LIMIT);
}

/** What comes of each kind at present, as far as it is known; nothing without a publisher. */
export function sentBy(publisher: PublisherSession | undefined): SentFormat[] {
  return (publisher?.tracks ?? []).map(({ mid, kind, formats }) => {
    const inUse = publisher?.statistics.find((track) => track.mid === mid)?.codecName;
    const { codecName, format } = formats.find((one) => one.codecName === inUse) ?? formats[0];
    return { kind, codecName, format };
  });
}
