import type { EntityManager } from 'typeorm';
import type { NodeRow, RecordingSession, SegmentRow } from '../entities/index.js';

/** What has changed in the index: told once it is committed. Every feed of recordings comes from these. */
export type IndexEvent =
  /** It began, ended, was interrupted or gone on with, held or let go. */
  | { readonly type: 'session-changed'; readonly session: RecordingSession }
  | { readonly type: 'session-deleted'; readonly sessionId: string; readonly stream: string }
  | { readonly type: 'segment-committed'; readonly stream: string; readonly segment: SegmentRow }
  /** It started, was seen alive, or stopped. */
  | { readonly type: 'node-changed'; readonly node: NodeRow };

export type IndexListener = (event: IndexEvent) => void;

/** Writes what follows from a change in the transaction of the change: both are there, or neither. */
export type IndexWriter = (manager: EntityManager, event: IndexEvent) => Promise<void>;
