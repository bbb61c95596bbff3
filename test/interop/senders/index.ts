import type { InteropSender } from '../sender.js';
import { aiortc } from './aiortc.js';
import { gstreamer } from './gstreamer.js';
import { pion } from './pion.js';
import { werift } from './werift.js';

/** Every row of docs/interop.md, in its order. */
export const senders: readonly InteropSender[] = [gstreamer, werift, aiortc, pion];
