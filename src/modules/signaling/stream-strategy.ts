/** Who may make a stream by using it, how many may watch it, and when it goes. */
export interface StreamStrategy {
  readonly mostSubscribers: number;
  readonly autoCreateWhip: boolean;
  readonly autoCreateWhep: boolean;
  /** How long after its publisher left; undefined: never for that. */
  readonly autoDeleteWhipMs: number | undefined;
  /** How long after its last subscriber left, or without one, even while it is published; undefined: never for that. */
  readonly autoDeleteWhepMs: number | undefined;
}

export const DEFAULT_STRATEGY: StreamStrategy = {
  mostSubscribers: 65_535,
  autoCreateWhip: true,
  autoCreateWhep: true,
  autoDeleteWhipMs: undefined,
  autoDeleteWhepMs: undefined,
};

/** The strategy of the node, and those of single streams, which have something in it otherwise. */
export class StreamStrategies {
  constructor(
    readonly general: StreamStrategy = DEFAULT_STRATEGY,
    private readonly special: ReadonlyMap<string, Partial<StreamStrategy>> = new Map(),
  ) {}

  of(stream: string): StreamStrategy {
    return { ...this.general, ...this.special.get(stream) };
  }
}
