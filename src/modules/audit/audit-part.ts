import { LessThan, Not, type FindOptionsWhere } from 'typeorm';
import type { AuditEvent } from './entities/audit-event.entity.js';

type Where = FindOptionsWhere<AuditEvent>;

/**
 * The events of those who showed good credentials, and those of everybody else. The two have bounds of their own, so that
 * nobody without credentials can push out what was done.
 */
export type AuditPart = 'known' | 'strangers';

/** The event that says whom it is about before that is proved. */
export const LOGIN = 'login';

/** Of the strangers as many are kept as of the others, divided by this. */
const STRANGERS_SHARE = 10;
/** How much a part may grow beyond its bound: this share of it. */
const GROWTH_SHARE = 10;

export function partOf({ event, outcome, actor }: Pick<AuditEvent, 'event' | 'outcome' | 'actor'>): AuditPart {
  return outcome !== 'ok' && (actor === '' || event === LOGIN) ? 'strangers' : 'known';
}

/** @returns what {@link partOf} says, for the database: any of these */
export function whereOf(part: AuditPart): Where[] {
  if (part === 'strangers')
    return [
      { outcome: Not('ok'), actor: '' },
      { outcome: Not('ok'), event: LOGIN },
    ];
  return [{ outcome: 'ok' }, { actor: Not(''), event: Not(LOGIN) }];
}

/** @returns the same, of those that happened before */
export function whereBefore(part: AuditPart, instant: Date): Where[] {
  return whereOf(part).map((where) => ({ ...where, happenedAt: LessThan(instant) }));
}

export function mostOf(part: AuditPart, mostEvents: number): number {
  return part === 'known' ? mostEvents : Math.ceil(mostEvents / STRANGERS_SHARE);
}

/** @returns after how many new rows those beyond the bound are deleted */
export function growthOf(part: AuditPart, mostEvents: number): number {
  return Math.ceil(mostOf(part, mostEvents) / GROWTH_SHARE);
}
