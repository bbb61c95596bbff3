export { Engine } from './engine.js';
export type { EngineOptions } from './engine-options.js';
export { recoverOpenSegments, type RecoveredSegments } from './recording/recover-segments.js';
export type * from './protocol.js';
