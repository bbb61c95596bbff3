import type { FindingListener, Note, Place, RepairedFinding } from '../modules/index/fsck/finding.js';
import type { FsckSummary } from '../modules/index/fsck/findings.js';

/** Notes beyond these are only counted. */
const MOST_NOTES = 1000;

/** Tells a person or a program what was found while it is found. */
export interface FsckReport extends FindingListener {
  end(summary: FsckSummary): void;
}

type Write = (text: string) => void;

/** One line each, what they come to at the end. */
export class FsckLines implements FsckReport {
  private notes = 0;

  constructor(private readonly write: Write) {}

  finding({ kind, message, repaired, ...place }: RepairedFinding): void {
    this.write(`${kind}${repaired ? ' (repaired)' : ''}: ${placeText(place)}: ${message}\n`);
  }

  note({ kind, ...place }: Note): void {
    this.notes += 1;
    if (this.notes <= MOST_NOTES) this.write(`note: ${kind}: ${placeText(place)}\n`);
  }

  end(summary: FsckSummary): void {
    const { directories, sessions, segments, objects, bytesRead } = summary;
    const { findings, repaired, byKind, unseen, isIncomplete, away } = summary;
    for (const [store, reason] of Object.entries(away)) {
      this.write(`The ${store} was not looked at: ${reason}\n`);
    }
    const kinds = Object.entries(byKind).map(([kind, count]) => `${kind} ${String(count)}`);
    const read = bytesRead === 0 ? '' : `, ${String(bytesRead)} bytes read`;
    const looked = `${String(directories)} directories, ${String(sessions)} sessions, ${String(segments)} segments, ${String(objects)} objects${read}`;
    const found = `${String(findings)} findings, ${String(repaired)} repaired (${kinds.join(', ')})`;
    const outcome = findings > 0 ? found : isIncomplete ? 'no findings' : 'clean';
    const notSeen =
      unseen > 0 ? `, ${String(unseen)} objects not seen` : isIncomplete ? ', not all of it was read' : '';
    this.write(`${looked}: ${outcome}${notSeen}.\n`);
  }
}

/** One JSON document: `findings`, `notes`, `summary`. Findings are written as they come. */
export class FsckJson implements FsckReport {
  private readonly notes: Note[] = [];
  private findings = 0;

  constructor(private readonly write: Write) {
    write('{"findings":[');
  }

  finding(finding: RepairedFinding): void {
    this.write(`${this.findings === 0 ? '' : ','}\n${JSON.stringify(finding)}`);
    this.findings += 1;
  }

  note(note: Note): void {
    if (this.notes.length < MOST_NOTES) this.notes.push(note);
  }

  end(summary: FsckSummary): void {
    this.write(`],\n"notes":${JSON.stringify(this.notes)},\n"summary":${JSON.stringify(summary)}}\n`);
  }
}

function placeText({ key, directory, number, session, stream, from, to }: Place): string {
  const what =
    key ?? [directory, number === undefined ? undefined : `segment ${String(number)}`].filter(Boolean).join(' ');
  const of = [
    stream === undefined ? undefined : `stream ${stream}`,
    session === undefined ? undefined : `session ${session}`,
    from === undefined || to === undefined ? undefined : `${from} to ${to}`,
  ].filter((part) => part !== undefined);
  return of.length === 0 ? what : `${what} (${of.join(', ')})`;
}
