import { LoginBusyError } from './login.errors.js';

/** One check takes a core for a tenth of a second or so: one at a time leaves the others to media. */
const MOST_AT_ONCE = 1;
/** About as long as a person waits. */
const MOST_WAITING = 20;

/** Checks of passwords in turn: however many come, they take one core and a bounded memory. */
export class PasswordQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @throws {LoginBusyError} when too many wait already @throws what `check` throws */
  async run<T>(check: () => Promise<T>): Promise<T> {
    if (this.running >= MOST_AT_ONCE) await this.turn();
    else this.running += 1;
    try {
      return await check();
    } finally {
      this.leave();
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= MOST_WAITING) throw new LoginBusyError();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Whoever is next takes the place. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}
