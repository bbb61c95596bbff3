/** A piece of work on so many packets, which can be done again and again. */
export interface Stage {
  readonly name: string;
  readonly packets: number;
  /** Where the usual number takes too long. */
  readonly rounds?: number;
  /** What a round needs and is not a part of it. */
  readonly prepare?: () => void;
  readonly run: () => Promise<unknown> | undefined;
  readonly close?: () => unknown;
}
