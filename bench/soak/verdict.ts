// Whether a server stayed as it was: samples of its costs, and what became of recordings.

export interface Sample {
  readonly residentMb: number;
  readonly descriptors: number;
  readonly usPerPacket: number;
}

/** How a turn of publishers ended, and what was in their way. */
export type TurnKind = 'goodbye' | 'lossy' | 'killed';

/** One recording that is over. */
export interface Finished {
  readonly stream: string;
  readonly kind: TurnKind;
  /** Undefined for those who were killed: nobody knows how many they sent. */
  readonly framesSent: number | undefined;
  readonly framesRecorded: number;
  /** In its files, by ffprobe. */
  readonly framesFound: number;
  readonly packetsLost: number;
  /** How much sound moved against pictures from the first frame to the last, by ffprobe. */
  readonly driftMs: number;
}

/** With packets that had to come again, so many of a thousand frames may be missing. */
const LOSSY_PER_THOUSAND = 1;
/** Tracks end a frame of each apart. */
const MOST_DRIFT_MS = 60;
/** What was under way at the end of others is in one track and not in the other: at most a group of pictures. */
const MOST_DRIFT_OF_OTHERS_MS = 2100;
const MOST_GROWTH = { residentMb: 1.1, descriptors: 1.15, usPerPacket: 1.25 } as const;
const MOST_DESCRIPTORS_LEFT = 10;
/** Samples are compared by quarters of the run: the second with the last, as the first one fills what is kept. */
const QUARTERS = 4;

/** @returns what is wrong with a recording, undefined for nothing */
export function faultOf(finished: Finished): string | undefined {
  const { stream, kind, framesSent = finished.framesRecorded, framesRecorded, framesFound, driftMs } = finished;
  const mayMiss = kind === 'lossy' ? (framesSent * LOSSY_PER_THOUSAND) / 1000 : 0;
  // Where the last picture is missing its time is not known.
  const mostDriftMs = kind === 'goodbye' ? MOST_DRIFT_MS : MOST_DRIFT_OF_OTHERS_MS;
  const wrongs = [
    ...(framesRecorded === 0 || framesSent - framesRecorded > mayMiss
      ? [`${framesRecorded} of ${framesSent} frames`]
      : []),
    ...(framesFound === framesRecorded ? [] : [`${framesFound} frames in its files, ${framesRecorded} in its row`]),
    ...(kind !== 'lossy' && finished.packetsLost > 0 ? [`${finished.packetsLost} packets lost`] : []),
    ...(Math.abs(driftMs) > mostDriftMs ? [`sound moved by ${driftMs.toFixed(0)} ms`] : []),
  ];
  return wrongs.length === 0 ? undefined : `${stream} (${kind}): ${wrongs.join(', ')}`;
}

/** @returns what grew, in words */
export function growth(samples: readonly Sample[]): string[] {
  const size = Math.floor(samples.length / QUARTERS);
  const [second, last] = [samples.slice(size, 2 * size), samples.slice(-size)];
  const names = Object.keys(MOST_GROWTH) as (keyof Sample)[];
  return names.flatMap((name) => {
    const [before, after] = [mean(second, name), mean(last, name)];
    return after <= before * MOST_GROWTH[name] ? [] : [`${name} grew from ${before.toFixed(1)} to ${after.toFixed(1)}`];
  });
}

/** @param before anybody came. @param after everybody has left */
export function descriptorsLeft(before: number, after: number): string[] {
  return after - before <= MOST_DESCRIPTORS_LEFT ? [] : [`${after - before} descriptors are left open`];
}

function mean(samples: readonly Sample[], name: keyof Sample): number {
  return samples.reduce((sum, sample) => sum + sample[name], 0) / samples.length;
}
