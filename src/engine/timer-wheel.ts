/** Length of one step. Everything periodic in a worker happens on a step. */
export const TICK_MS = 10;
const STEPS_PER_TURN = 100;
/** After a stall longer than a turn the wheel goes on from now instead of catching up. */
const MOST_STEPS_AT_ONCE = STEPS_PER_TURN;

type Task = (nowMs: number) => void;

/**
 * All periodic work of a worker in one place: a hundred steps of 10 ms. Work of the same period is spread evenly over
 * the steps, so that a hundredth of the receiver reports leave on each.
 */
export class TimerWheel {
  private readonly steps: Set<Task>[] = Array.from({ length: STEPS_PER_TURN }, () => new Set());
  private position = 0;
  private lastMs: number;

  constructor(nowMs: number) {
    this.lastMs = nowMs;
  }

  /**
   * @param periodMs 10, 20, 50, 100, 200, 500 or 1000
   * @returns ends it; may be called from within the task and more than once
   */
  every(periodMs: number, task: Task): () => void {
    const stride = periodMs / TICK_MS;
    if (!Number.isInteger(stride) || stride < 1 || STEPS_PER_TURN % stride !== 0) {
      throw new RangeError(`No period of ${String(periodMs)} ms on this wheel.`);
    }
    const own: Task = (nowMs) => task(nowMs);
    const places = this.leastLoaded(stride);
    for (const step of places) step.add(own);
    return () => {
      for (const step of places) step.delete(own);
    };
  }

  /** Does what became due since the last call. */
  advance(nowMs: number): void {
    const due = Math.floor((nowMs - this.lastMs) / TICK_MS);
    if (due <= 0) return;
    this.lastMs = due > MOST_STEPS_AT_ONCE ? nowMs : this.lastMs + due * TICK_MS;
    const tasks = due === 1 ? this.nextStep() : this.nextSteps(Math.min(due, MOST_STEPS_AT_ONCE));
    for (const task of tasks) task(nowMs);
  }

  private nextStep(): Set<Task> {
    this.position = (this.position + 1) % STEPS_PER_TURN;
    return this.steps[this.position] ?? new Set();
  }

  /** After a stall each task is done once, however often it was due. */
  private nextSteps(count: number): Set<Task> {
    const tasks = new Set<Task>();
    for (let step = 0; step < count; step += 1) for (const task of this.nextStep()) tasks.add(task);
    return tasks;
  }

  /** @returns every `stride`-th step, from the offset with the fewest tasks on */
  private leastLoaded(stride: number): Set<Task>[] {
    let best = 0;
    for (let offset = 1; offset < stride; offset += 1) {
      if ((this.steps[offset]?.size ?? 0) < (this.steps[best]?.size ?? 0)) best = offset;
    }
    return this.steps.filter((_, index) => index % stride === best);
  }
}
