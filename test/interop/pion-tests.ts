import { itWith } from '../support/tools.js';
import { pion } from './senders/pion.js';

/** Tests whose sender is Pion: skipped, when their turn comes, where it cannot be built. See skipping-environment.mjs. */
export class PionTests {
  private readonly titles: string[] = [];

  /** Declares a test, as Jest's `it`. */
  it(title: string, test: () => Promise<void>): void {
    this.titles.push(title);
    itWith('ffmpeg')(title, test);
  }

  /** For `beforeAll`. */
  async buildSender(): Promise<void> {
    const reason = await pion.missing();
    if (reason === undefined) return;
    process.stdout.write(`Pion is missing: ${reason}\n`);
    Object.assign(globalThis, { skippedTests: new Set(this.titles) });
  }
}
