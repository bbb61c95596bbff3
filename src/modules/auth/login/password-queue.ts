import { LoginBusyError } from './login.errors.js';

/** One check takes a core for a tenth of a second or so: one at a time leaves the others to media. */
const MOST_AT_ONCE = 1;
/** Of each standing. */
const MOST_WAITING = 200;
/** So that nobody fills the places of others. */
const MOST_OF_ADDRESS = 2;
/** Of the familiar ones, whatever addresses they come from: who may log in to one account keeps nobody out of others. */
const MOST_OF_ACCOUNT = 4;

/** Who goes before whom: the account was here before, somebody was, nobody was. Each has places of its own. */
const STANDINGS = ['familiar', 'neighbour', 'stranger'] as const;

export type Standing = (typeof STANDINGS)[number];

export interface QueuedCheck {
  readonly account: string;
  /** Whose it counts as. */
  readonly address: string;
  readonly standing: Standing;
}

interface Waiting extends QueuedCheck {
  readonly go: () => void;
}

/**
 * Checks of passwords in turn: however many come, they take half a core and a bounded memory. Familiar ones go first, then
 * neighbours; of those who stand alike an address goes first that none was checked of, and then the one of which it is longest ago.
 */
export class PasswordQueue {
  private running = 0;
  private readonly waiting: Readonly<Record<Standing, Waiting[]>> = { familiar: [], neighbour: [], stranger: [] };
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

  private wait(queued: QueuedCheck): Promise<void> {
    const waiting = this.waiting[queued.standing];
    if (waiting.length >= MOST_WAITING || this.hasItsShare(queued)) throw new LoginBusyError();
    return new Promise((go) => waiting.push({ ...queued, go }));
  }

  private hasItsShare({ account, address, standing }: QueuedCheck): boolean {
    const waiting = this.waiting[standing];
    if (waiting.filter((each) => each.address === address).length >= MOST_OF_ADDRESS) return true;
    return standing === 'familiar' && waiting.filter((each) => each.account === account).length >= MOST_OF_ACCOUNT;
  }

  /** While strangers wait, as much time is left to others as a check takes. */
  private leave(tookMs: number): void {
    const { familiar, neighbour, stranger } = this.waiting;
    if (familiar.length > 0 || neighbour.length + stranger.length === 0) this.goOn();
    else
      setTimeout(() => {
        this.goOn();
      }, tookMs);
  }

  /** Whoever is next takes the place. */
  private goOn(): void {
    const standing = STANDINGS.find((each) => this.waiting[each].length > 0);
    const next = standing && this.take(this.waiting[standing]);
    if (next === undefined) {
      this.running -= 1;
      this.turns.clear();
    } else next.go();
  }

  private take(waiting: Waiting[]): Waiting | undefined {
    const turnOf = ({ address }: Waiting): number => this.turns.get(address) ?? 0;
    const first = waiting.reduce<number>(
      (best, each, index) => (turnOf(each) < turnOf(waiting[best] ?? each) ? index : best),
      0,
    );
    const [next] = waiting.splice(first, 1);
    if (next === undefined) return undefined;
    this.turn += 1;
    this.turns.set(next.address, this.turn);
    return next;
  }
}
