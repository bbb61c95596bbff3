import { Index1795200000000 } from './1795200000000-index.js';

/** Every migration, oldest first. */
export const migrations = [Index1795200000000] as const;
