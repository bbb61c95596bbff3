import type { InteropSender } from '../sender.js';
import { aiortc } from './aiortc.js';
import { chromium } from './chromium.js';
import { datachannel } from './datachannel.js';
import { ffmpeg } from './ffmpeg.js';
import { gstreamer } from './gstreamer.js';
import { pion } from './pion.js';
import { werift } from './werift.js';

/** Every row of docs/interop.md, in its order. */
export const senders: readonly InteropSender[] = [chromium, ffmpeg, gstreamer, datachannel, werift, aiortc, pion];
