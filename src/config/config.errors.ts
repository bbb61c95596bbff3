/** The configuration cannot be used: one sentence for each thing that is wrong. Stops the start. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}
