import { partOf, type AuditPart } from './audit-part.js';
import type { AuditEvent } from './entities/audit-event.entity.js';

/** While the database is away: what comes then is in the log only. */
const MOST_WAITING: Readonly<Record<AuditPart, number>> = { known: 2000, strangers: 1000 };

/** Events that are not in the database yet, the oldest of which go where there are too many: those of strangers for strangers. */
export class WaitingEvents {
  private readonly events: Record<AuditPart, AuditEvent[]> = { known: [], strangers: [] };
  private lost = 0;

  add(event: AuditEvent): void {
    const part = partOf(event);
    this.events[part].push(event);
    this.cut(part);
  }

  /** @returns all, which then do not wait any more */
  take(): AuditEvent[] {
    const all = [...this.events.known, ...this.events.strangers];
    this.events.known = [];
    this.events.strangers = [];
    return all;
  }

  /** @param events that were taken and could not be written */
  putBack(events: readonly AuditEvent[]): void {
    for (const part of ['known', 'strangers'] as const) {
      this.events[part] = [...events.filter((event) => partOf(event) === part), ...this.events[part]];
      this.cut(part);
    }
  }

  /** @returns how many went since it was asked last */
  takeLost(): number {
    const lost = this.lost;
    this.lost = 0;
    return lost;
  }

  private cut(part: AuditPart): void {
    const excess = this.events[part].length - MOST_WAITING[part];
    if (excess <= 0) return;
    this.events[part].splice(0, excess);
    this.lost += excess;
  }
}
