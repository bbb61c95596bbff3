export { Engine, type EngineOptions } from './engine.js';
export { recoverOpenSegments, type RecoveredSegments } from './recording/recover-segments.js';
export type * from './protocol.js';
