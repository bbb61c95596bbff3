import type { PlannedClip } from './planned-clip.js';

/** A plan is kept for this long after it was last asked for. */
const KEPT_MS = 60_000;
/** Plans of hours have megabytes. */
const MOST_WEIGHT = 64 << 20;
/** Of a part that points into an object. */
const PART_WEIGHT = 100;

interface Kept {
  readonly plan: Promise<PlannedClip>;
  weight: number;
  usedAtMs: number;
}

/** Plans that were asked for lately. Two who ask for the same at once wait for one. */
export class PlanCache {
  private readonly kept = new Map<string, Kept>();

  /** @param nowMs monotonic */
  async get(key: string, make: () => Promise<PlannedClip>, nowMs = performance.now()): Promise<PlannedClip> {
    const found = this.kept.get(key);
    if (found !== undefined && nowMs - found.usedAtMs < KEPT_MS) {
      found.usedAtMs = nowMs;
      return found.plan;
    }
    const entry: Kept = { plan: make(), weight: 0, usedAtMs: nowMs };
    this.kept.set(key, entry);
    try {
      const plan = await entry.plan;
      entry.weight = weightOf(plan);
      this.trim(nowMs);
      return plan;
    } catch (error) {
      if (this.kept.get(key) === entry) this.kept.delete(key);
      throw error;
    }
  }

  /** Takes out what is old, then what was used longest ago. */
  private trim(nowMs: number): void {
    const byUse = [...this.kept].sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs);
    let weight = byUse.reduce((sum, [, entry]) => sum + entry.weight, 0);
    for (const [key, entry] of byUse) {
      if (nowMs - entry.usedAtMs < KEPT_MS && weight <= MOST_WEIGHT) continue;
      weight -= entry.weight;
      this.kept.delete(key);
    }
  }
}

function weightOf({ parts }: PlannedClip): number {
  let weight = 0;
  for (const part of parts) weight += PART_WEIGHT + ('bytes' in part ? part.bytes.length : 0);
  return weight;
}
