import type { RemoteStore } from '../archive.js';
import type { Finding, FindingListener, Note, Place } from './finding.js';

/** How much was looked at and what came of it. */
export interface FsckSummary {
  readonly directories: number;
  readonly sessions: number;
  readonly segments: number;
  readonly objects: number;
  /** Bytes that were read whole, with `deep` only. */
  readonly bytesRead: number;
  readonly findings: number;
  readonly repaired: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly notes: Readonly<Record<string, number>>;
  /** Objects that only a store that does not answer may have: nothing is said of these. */
  readonly unseen: number;
  /** Why stores did not answer, by name. */
  readonly away: Readonly<Partial<Record<RemoteStore, string>>>;
}

/** Counts what is found, has it repaired where that is wanted and possible, and tells it. */
export class Findings {
  readonly looked = { directories: 0, sessions: 0, segments: 0, objects: 0, bytesRead: 0 };
  private readonly byKind: Record<string, number> = {};
  private readonly notes: Record<string, number> = {};
  private found = 0;
  private repaired = 0;
  private unseenCount = 0;

  constructor(
    private readonly listener: FindingListener,
    private readonly withRepair: boolean,
  ) {}

  /** @param repair absent where nothing can be done */
  async add(finding: Finding, repair?: () => Promise<void>): Promise<void> {
    this.found += 1;
    this.byKind[finding.kind] = (this.byKind[finding.kind] ?? 0) + 1;
    const repaired = this.withRepair && repair !== undefined;
    if (repaired) {
      await repair();
      this.repaired += 1;
    }
    this.listener.finding({ ...finding, repaired });
  }

  note(note: Note): void {
    this.notes[note.kind] = (this.notes[note.kind] ?? 0) + 1;
    this.listener.note(note);
  }

  /** Of an object that only a store that does not answer may have. */
  unseen(place: Place): void {
    this.unseenCount += 1;
    this.note({ ...place, kind: 'not-seen' });
  }

  /** @param away why stores did not answer */
  summary(away: ReadonlyMap<RemoteStore, string>): FsckSummary {
    const { looked, found: findings, repaired, byKind, notes, unseenCount: unseen } = this;
    return { ...looked, findings, repaired, byKind, notes, unseen, away: Object.fromEntries(away) };
  }
}
