export { Engine, type EngineOptions } from './engine.js';
export { EngineError } from './engine-error.js';
export type * from './protocol.js';
