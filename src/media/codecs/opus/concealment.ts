import type { ConcealingUnit } from '../codec.js';
import { OPUS_FRAME_TICKS } from './packet.js';

/** 2.5 ms: every frame is a multiple of it. */
const STEP_TICKS = 120;
const FIRST_HYBRID = 12;
const FIRST_CELT = 16;
/** Configurations of CELT by bandwidth, in groups of four: 2.5, 5, 10 and 20 ms. */
const CELT = { narrow: 16, wide: 20, superWide: 24, full: 28 } as const;

/**
 * A packet that asks for packet loss concealment: RFC 7845 section 4.1. It has a TOC byte of code 0 and no frame, with
 * mode, bandwidth and channels of the packet before; what is too short for that packet's frames gets shorter ones, and
 * what is too short for its mode gets CELT.
 *
 * @param toc of the packet before, whatever number of frames that has
 * @param missingTicks taken to the nearest 2.5 ms
 */
export function concealOpus(toc: number, missingTicks: number): ConcealingUnit | undefined {
  const roomTicks = Math.round(missingTicks / STEP_TICKS) * STEP_TICKS;
  if (roomTicks < STEP_TICKS) return undefined;
  const configuration = longestWithin(toc >> 3, roomTicks) ?? longestWithin(celtOf(toc >> 3) + 3, roomTicks);
  if (configuration === undefined) return undefined;
  const bytes = Uint8Array.of((configuration << 3) | (toc & 4));
  return { bytes, durationTicks: ticksOf(configuration) };
}

/** @returns the configuration, or one of its mode and bandwidth with shorter frames; undefined when all are too long */
function longestWithin(configuration: number, roomTicks: number): number | undefined {
  const first = firstOfGroup(configuration);
  for (let candidate = configuration; candidate >= first; candidate--) {
    if (ticksOf(candidate) <= roomTicks) return candidate;
  }
  return undefined;
}

/** RFC 6716 table 2: frame lengths grow within groups of four configurations, of two in hybrid mode. */
function firstOfGroup(configuration: number): number {
  const isHybrid = configuration >= FIRST_HYBRID && configuration < FIRST_CELT;
  return configuration - (configuration % (isHybrid ? 2 : 4));
}

/** CELT has no medium band: RFC 7845 section 4.1 takes wide band for it. */
function celtOf(configuration: number): number {
  if (configuration < 4) return CELT.narrow;
  if (configuration < FIRST_HYBRID) return CELT.wide;
  return configuration < 14 ? CELT.superWide : CELT.full;
}

function ticksOf(configuration: number): number {
  return OPUS_FRAME_TICKS[configuration] ?? 0;
}
