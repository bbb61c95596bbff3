import type { RemoteStore } from '../archive/archive.js';
import type { Finding, FindingListener, Note, Place, RepairedFinding } from './finding.js';

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
  /** Something that was asked for could not be looked at: there are `unseen`, or with `deep` a store was not read. */
  readonly isIncomplete: boolean;
  /** Why stores did not answer, by name. */
  readonly away: Readonly<Partial<Record<RemoteStore, string>>>;
}

/**
 * Counts what is found, has it repaired where that is wanted and possible, and tells it. What is to be repaired is told when
 * a second look has said whether it was: see {@link Findings.confirm}.
 */
export class Findings {
  readonly looked = { directories: 0, sessions: 0, segments: 0, objects: 0, bytesRead: 0 };
  private readonly byKind: Record<string, number> = {};
  private readonly notes: Record<string, number> = {};
  private found = 0;
  private repaired = 0;
  private unseenCount = 0;
  private untold: RepairedFinding[] = [];

  constructor(
    private readonly listener: FindingListener,
    private readonly withRepair: boolean,
  ) {}

  /** @param repair absent where nothing can be done */
  async add(finding: Finding, repair?: () => Promise<void>): Promise<void> {
    this.found += 1;
    this.byKind[finding.kind] = (this.byKind[finding.kind] ?? 0) + 1;
    if (!this.withRepair) {
      this.listener.finding({ ...finding, repaired: false });
      return;
    }
    await repair?.();
    this.untold.push({ ...finding, repaired: repair !== undefined });
  }

  /**
   * Tells what was found since the last time. What is found again was not repaired.
   *
   * @param lookAgain tells what is there now
   */
  async confirm(lookAgain: (findings: Findings) => Promise<void>): Promise<void> {
    const { untold } = this;
    this.untold = [];
    const still = new Set<string>();
    if (untold.some(({ repaired }) => repaired)) {
      const listener = { finding: (one: Finding) => still.add(identityOf(one)), note: () => undefined };
      await lookAgain(new Findings(listener, false));
    }
    for (const finding of untold) {
      const repaired = finding.repaired && !still.has(identityOf(finding));
      if (repaired) this.repaired += 1;
      this.listener.finding({ ...finding, repaired });
    }
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
  summary(away: ReadonlyMap<RemoteStore, string>, isDeep: boolean): FsckSummary {
    const { looked, found: findings, repaired, byKind, notes, unseenCount: unseen } = this;
    const isIncomplete = unseen > 0 || (isDeep && away.size > 0);
    return { ...looked, findings, repaired, byKind, notes, unseen, isIncomplete, away: Object.fromEntries(away) };
  }
}

function identityOf({ kind, key, directory, number, session }: Finding): string {
  return JSON.stringify([kind, key, directory, number, session]);
}
