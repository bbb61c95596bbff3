import type { SegmentRow } from '../entities/index.js';
import { placeOf, type DirectoryScope } from './directory-scope.js';
import type { Findings } from './findings.js';

/** The numbers of a session grow with its times, in each kind of media. */
export class OrderCheck {
  /** Where the last object of a session and kind begins, in milliseconds. */
  private readonly lastStartMs = new Map<string, number>();
  private readonly known: ReadonlySet<string>;

  constructor(
    private readonly scope: DirectoryScope,
    private readonly findings: Findings,
  ) {
    this.known = new Set(scope.tracks.map(({ sessionId, trackId }) => `${sessionId}/${trackId}`));
  }

  async segment(row: SegmentRow): Promise<void> {
    const { sessionId, startMs, durationMs, number } = row;
    const place = { ...placeOf(this.scope, sessionId, { startMs, endMs: startMs + durationMs }), number };
    if (!this.scope.sessions.has(sessionId)) {
      await this.findings.add({ ...place, kind: 'session-missing', message: 'The session of the segment has no row.' });
    }
    for (const { kind, trackId, objectKey: key, startTicks, timescale } of row.objects) {
      if (!this.known.has(`${sessionId}/${trackId}`)) {
        const message = 'The track of the segment has no row, so that manifests leave it out.';
        await this.findings.add({ ...place, key, kind: 'track-missing', message });
      }
      const id = `${sessionId}/${kind}`;
      const objectStartMs = (startTicks * 1000) / timescale;
      if (objectStartMs <= (this.lastStartMs.get(id) ?? -Infinity)) {
        const message = 'The media begins no later than that of an earlier number.';
        await this.findings.add({ ...place, key, kind: 'order-broken', message });
      }
      this.lastStartMs.set(id, objectStartMs);
    }
  }
}
