import type { EngineEvent, TrackReception } from '../../engine/index.js';
import type { Commit, CommitQueue } from './commit-queue.js';
import { commitLeftovers } from './leftovers.js';
import type { RecordingContext, RecordingIndex } from './recording-context.js';
import { SegmentCommit } from './segment-commit.js';

type OpenedSession = Parameters<RecordingIndex['openSession']>[0];
type StateChange = Parameters<RecordingIndex['setSessionState']>[1];

/** What the index and the manifests are told of one recording session, each thing in its turn of the stream's commits. */
export class SessionCommits {
  private isLive = false;
  /** What the engine has counted, told just before a segment: it is committed with that, or before whatever else comes. */
  private counted: readonly TrackReception[] = [];
  private readonly segments: SegmentCommit;

  /**
   * @param queue of the stream, so that one session's rows come after those of the session before it
   * @param nowEpochMs the clock that session times are told by, whatever the wall clock is set to: players go by it
   */
  constructor(
    private readonly sessionId: string,
    private readonly context: RecordingContext,
    private readonly queue: CommitQueue,
    private readonly nowEpochMs: () => number,
  ) {
    this.segments = new SegmentCommit(context);
  }

  open(session: OpenedSession): void {
    this.push(async () => {
      await this.context.index.openSession(session);
    });
  }

  setState(change: StateChange): void {
    this.push(() => this.context.index.setSessionState(this.sessionId, change));
  }

  /** Goes on in the directory of the session before, live if that was. */
  succeed(before: SessionCommits, directory: string, anchorEpochMs: number): void {
    this.isLive = before.isLive;
    this.push(async () => {
      await this.context.index.anchorSession(this.sessionId, anchorEpochMs);
      this.setLive(directory);
    });
  }

  /** Manifests of the directory grow from here on, those of a restarted server too. */
  goLive(directory: string): void {
    if (this.isLive) return;
    this.isLive = true;
    this.push(() => {
      this.setLive(directory);
    });
  }

  /** What the engine told of the session, as far as a row follows from it alone. */
  follow(event: EngineEvent): void {
    const { index, manifests } = this.context;
    const { sessionId: id } = this;
    if (event.type === 'recording-anchored') this.push(() => index.anchorSession(id, event.anchorEpochMs));
    else if (event.type === 'track-recorded') this.push(() => index.commitTrack(id, event.track));
    else if (event.type === 'gap-recorded') this.push(() => index.commitGap(id, event.gap));
    else if (event.type === 'reception-counted') this.counted = event.tracks;
    else if (event.type === 'segment-closed') {
      const { counted } = this;
      this.counted = [];
      this.push(async () => {
        await this.segments.commit(event.segment, counted);
        void manifests.publish(event.segment.directory);
      });
    }
  }

  /** @param state said again with the directory it goes on in */
  move(state: StateChange['state'], left: string, directory: string): void {
    const { manifests } = this.context;
    this.setState({ state, directory });
    this.push(() => {
      manifests.setLive(left, false);
      this.setLive(directory);
      void manifests.publish(left);
      void manifests.publish(directory);
    });
  }

  /** The session's files say its state in every directory it has been in. */
  publishAll(): void {
    const { sessions, manifests } = this.context;
    this.push(async () => {
      void manifests.publishAll(await sessions.directoriesOf(this.sessionId));
    });
  }

  /** It has ended while another session goes on: its files say so when they are written, and the row then. */
  publishEnding(): void {
    const { index, sessions, manifests } = this.context;
    this.push(async () => {
      const written = manifests.publishAll(await sessions.directoriesOf(this.sessionId));
      void written.then((isWritten) => {
        if (isWritten) this.push(() => index.sessionPublished(this.sessionId));
      });
    });
  }

  /** The last commit is done when all manifests are written, or it is clear that they cannot be made. */
  end(change: StateChange, directory: string): void {
    const { index, sessions, manifests } = this.context;
    this.setState(change);
    this.push(async () => {
      manifests.setLive(directory, false);
      const isWritten = await manifests.publishAll(await sessions.directoriesOf(this.sessionId));
      if (isWritten) await index.sessionPublished(this.sessionId);
    });
  }

  /** What a dead worker left open of the session is committed. */
  saveLeftovers(): void {
    const { sessions, manifests } = this.context;
    this.push(async () => {
      const session = await sessions.session(this.sessionId);
      if (session === undefined) return;
      await commitLeftovers(this.context, session);
      void manifests.publishAll(await sessions.directoriesOf(session.id));
    });
  }

  private push(commit: Commit): void {
    const { counted, sessionId } = this;
    this.counted = [];
    if (counted.length > 0) this.queue.push(() => this.context.index.countReception(sessionId, counted));
    this.queue.push(commit);
  }

  private setLive(directory: string): void {
    this.context.manifests.setLive(directory, this.isLive, this.nowEpochMs);
  }
}
