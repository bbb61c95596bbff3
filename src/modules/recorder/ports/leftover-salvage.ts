import type { EngineEvent } from '../../../engine/index.js';
import type { RecordingSessionView } from '../../index/index.service.js';

/**
 * What a recorder that died left behind in a session's directory: segment files without a row are cut after their last
 * whole fragment and synced.
 *
 * @returns the events that the recorder would have sent for them, in order
 */
export type LeftoverSalvage = (session: RecordingSessionView) => Promise<readonly EngineEvent[]>;
