import type { StreamName } from './stream-name.js';

/**
 * Asked before a publisher is let in.
 * @throws {AppError} whose kind says why not: `storage-full`, `unavailable`
 */
export type PublishAdmission = (stream: StreamName) => Promise<void>;
