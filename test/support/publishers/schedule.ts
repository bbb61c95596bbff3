/** So many publishers at most begin at the same time where they are spread, and there are so many groups if there can be. */
const [GROUP_SIZE, GROUPS] = [5, 12];

export interface Sending<Frame> {
  readonly frame: Frame;
  readonly dueSeconds: number;
  /** Places of publishers. */
  readonly from: number;
  readonly until: number;
}

/**
 * @param spreadSeconds so much later than the first the last publishers begin; 0 for all at the same time
 * @returns what is sent when by whom, in the order of time
 */
export function schedule<Frame extends { readonly dueSeconds: number }>(
  frames: readonly Frame[],
  publishers: number,
  spreadSeconds: number,
): Sending<Frame>[] {
  const size = spreadSeconds > 0 ? Math.min(GROUP_SIZE, Math.ceil(publishers / GROUPS)) : publishers;
  const groups = Array.from({ length: Math.ceil(publishers / size) }, (_, group) => group * size);
  return groups
    .flatMap((from) =>
      frames.map((frame) => ({
        ...{ frame, from, until: from + size },
        dueSeconds: frame.dueSeconds + (spreadSeconds * from) / publishers,
      })),
    )
    .sort((one, other) => one.dueSeconds - other.dueSeconds);
}
