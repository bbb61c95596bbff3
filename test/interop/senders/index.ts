import type { InteropSender } from '../sender.js';

/** Every row of docs/interop.md, in its order. */
export const senders: readonly InteropSender[] = [];
