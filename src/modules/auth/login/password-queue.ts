import { LoginBusyError } from './login.errors.js';

/** One check takes a core for a tenth of a second or so: one at a time leaves the others to media. */
const MOST_AT_ONCE = 1;
/** Of strangers, and as many again of who is familiar. */
const MOST_WAITING = 200;
/** So that nobody fills the places of others. */
const MOST_OF_ADDRESS = 2;

export interface QueuedCheck {
  /** Whose it counts as. */
  readonly address: string;
  /** The account has been here before: it goes before all who have not. */
  readonly isFamiliar: boolean;
}

interface Waiting extends QueuedCheck {
  readonly go: () => void;
}

/**
 * Checks of passwords in turn: however many come, they take half a core and a bounded memory. Familiar ones go first; of the others
 * an address goes first that none was checked of, and then the one of which it is longest ago.
 */
export class PasswordQueue {
  private running = 0;
  private readonly familiar: Waiting[] = [];
  private readonly strangers: Waiting[] = [];
  /** Addresses that something was checked of since the queue was empty, each with its latest turn. */
  private readonly turns = new Map<string, number>();
  private turn = 0;

  /** @throws {LoginBusyError} when too many wait already @throws what `check` throws */
  async run<T>(queued: QueuedCheck, check: () => Promise<T>): Promise<T> {
    if (this.running >= MOST_AT_ONCE) await this.wait(queued);
    else this.running += 1;
    const beganMs = performance.now();
    try {
      return await check();
    } finally {
      this.leave(performance.now() - beganMs);
    }
  }

  private wait({ address, isFamiliar }: QueuedCheck): Promise<void> {
    const waiting = isFamiliar ? this.familiar : this.strangers;
    const ofAddress = waiting.filter((each) => each.address === address).length;
    if (waiting.length >= MOST_WAITING || ofAddress >= MOST_OF_ADDRESS) throw new LoginBusyError();
    return new Promise((go) => waiting.push({ address, isFamiliar, go }));
  }

  /** While strangers wait, as much time is left to others as a check takes. */
  private leave(tookMs: number): void {
    if (this.familiar.length > 0 || this.strangers.length === 0) this.goOn();
    else
      setTimeout(() => {
        this.goOn();
      }, tookMs);
  }

  /** Whoever is next takes the place. */
  private goOn(): void {
    const next = this.familiar.shift() ?? this.takeStranger();
    if (next === undefined) this.running -= 1;
    else next.go();
  }

  private takeStranger(): Waiting | undefined {
    const turnOf = ({ address }: Waiting): number => this.turns.get(address) ?? 0;
    const first = this.strangers.reduce<number>(
      (best, each, index) => (turnOf(each) < turnOf(this.strangers[best] ?? each) ? index : best),
      0,
    );
    const [next] = this.strangers.splice(first, 1);
    if (next === undefined) {
      this.turns.clear();
      return undefined;
    }
    this.turn += 1;
    this.turns.set(next.address, this.turn);
    return next;
  }
}
