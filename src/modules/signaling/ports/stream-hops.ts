import { randomBytes } from 'node:crypto';

/** Where a stream has come by, last first, among servers that know this header. */
export const HOPS_HEADER = 'Aircheck-Hops';

/** More than any sensible cascade has: whoever goes on so goes in a circle that nobody sees. */
const MOST_HOPS = 16;
const NODE = randomBytes(8).toString('hex');
const HOP = /^[0-9a-f]{16}\/[\w.~!*'()%-]{1,1024}$/;

/** @returns how this process names a stream of its own */
export function hopOf(stream: string): string {
  return `${NODE}/${encodeURIComponent(stream)}`;
}

/** @returns what a header names; what is no hop is left out */
export function readHops(header: string | readonly string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((hop) => hop.trim())
    .filter((hop) => HOP.test(hop));
}

export function writeHops(hops: readonly string[]): string {
  return hops.join(', ');
}

/** @returns true when a stream that came by `given` and goes on by `ours` goes in a circle, or for too long */
export function isLoop(given: readonly string[], ours: readonly string[]): boolean {
  return given.length + ours.length > MOST_HOPS || given.some((hop) => ours.includes(hop));
}
