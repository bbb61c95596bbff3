export { Engine } from './engine.js';
export type { DataLimits } from './data-channels/data-limits.js';
export type { StreamChannel } from './data-channels/channel-port.js';
export type { EngineOptions } from './engine-options.js';
export { recoverOpenSegments, type RecoveredSegments } from './recording/recover-segments.js';
export type * from './protocol.js';
export { isOverstrained } from './strain.js';
export { parseUdpTables, readUdpTables } from './udp/udp-table.js';
