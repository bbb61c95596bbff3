import type { AppConfig } from '../../../config/index.js';
import { StreamPatterns } from '../../../shared/stream-patterns.js';

/** How long recordings of a stream are kept, and how many. */
export interface StreamLimits {
  /** Undefined: for ever. */
  readonly maxAgeMs: number | undefined;
  /** Of the stream's own recordings together. Undefined: no limit but that of all. */
  readonly maxBytes: number | undefined;
}

const HOUR_MS = 3_600_000;

/** What `retention.*` says. */
export class RetentionPolicy {
  /** Of all recordings together; undefined for no limit. */
  readonly maxBytes: number | undefined;
  /** Undefined: nothing is deleted for want of space. */
  readonly minFreeBytes: number | undefined;
  /** Whether what the bucket does not have yet is kept in any case. */
  readonly onlyStored: boolean;
  /** Whether sizes and free space also take from what still records. */
  readonly trimsRunning: boolean;
  private readonly rules: readonly { readonly patterns: StreamPatterns; readonly limits: StreamLimits }[];
  private readonly usual: StreamLimits;

  constructor(config: AppConfig['retention']) {
    this.maxBytes = unlessZero(config.max_bytes);
    this.minFreeBytes = unlessZero(config.min_free_bytes);
    this.trimsRunning = config.trim_running;
    this.onlyStored = !config.delete_before_upload;
    this.usual = { maxAgeMs: age(config.max_age_hours), maxBytes: undefined };
    this.rules = config.rules.map((rule) => ({
      patterns: new StreamPatterns([rule.streams]),
      limits: { maxAgeMs: age(rule.max_age_hours ?? config.max_age_hours), maxBytes: unlessZero(rule.max_bytes ?? 0) },
    }));
  }

  /** Whether anything is ever deleted. */
  get isOn(): boolean {
    const { maxBytes, minFreeBytes, usual, rules } = this;
    const all = [
      maxBytes,
      minFreeBytes,
      usual.maxAgeMs,
      ...rules.flatMap(({ limits }) => [limits.maxAgeMs, limits.maxBytes]),
    ];
    return all.some((limit) => limit !== undefined);
  }

  /** By the first rule whose pattern fits. */
  limitsOf(stream: string): StreamLimits {
    return this.rules.find(({ patterns }) => patterns.matches(stream))?.limits ?? this.usual;
  }
}

function unlessZero(limit: number): number | undefined {
  return limit === 0 ? undefined : limit;
}

function age(hours: number): number | undefined {
  return hours === 0 ? undefined : hours * HOUR_MS;
}
