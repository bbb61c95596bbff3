export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that a variable gives to a setting. */
export interface EnvironmentValue {
  readonly key: string;
  readonly variable: string;
  readonly value: unknown;
}
