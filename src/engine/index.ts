export { Engine } from './engine.js';
export { recoverOpenSegments } from './recording/recover-segments.js';
export type * from './protocol.js';
