import type { Finding, FindingListener, Note } from './finding.js';

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
}

/** Counts what is found, has it repaired where that is wanted and possible, and tells it. */
export class Findings {
  readonly looked = { directories: 0, sessions: 0, segments: 0, objects: 0, bytesRead: 0 };
  private readonly byKind: Record<string, number> = {};
  private readonly notes: Record<string, number> = {};
  private found = 0;
  private repaired = 0;

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

  summary(): FsckSummary {
    const { looked, found: findings, repaired, byKind, notes } = this;
    return { ...looked, findings, repaired, byKind, notes };
  }
}
