import type { EngineEvent } from '../../engine/index.js';
import type { RecordingSessionView } from '../index/index.service.js';
import type { RecordingContext } from './recording-context.js';

type Leftovers = Pick<RecordingContext, 'index' | 'salvage' | 'log'>;

/** Commits what a recorder that died left on disk. Files that cannot be read stay where they are, and are told of. */
export async function commitLeftovers(context: Leftovers, session: RecordingSessionView): Promise<void> {
  for (const event of await readLeftovers(context, session)) await commit(context, event);
}

async function readLeftovers(
  { salvage, log }: Leftovers,
  session: RecordingSessionView,
): Promise<readonly EngineEvent[]> {
  try {
    return await salvage(session);
  } catch (error) {
    log.error(`What ${session.stream} left in ${session.directory} could not be read.`, error);
    return [];
  }
}

async function commit({ index }: Leftovers, event: EngineEvent): Promise<void> {
  if (event.type === 'segment-closed') await index.commitSegment(event.segment);
  else if (event.type === 'track-recorded') await index.commitTrack(event.recordingSessionId, event.track);
  else if (event.type === 'gap-recorded') await index.commitGap(event.recordingSessionId, event.gap);
  else if (event.type === 'recording-anchored') {
    await index.anchorSession(event.recordingSessionId, event.anchorEpochMs);
  }
}
