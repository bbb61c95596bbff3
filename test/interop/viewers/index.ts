import type { InteropViewer } from '../viewer.js';
import { chromiumViewer } from './chromium.js';
import { datachannelViewer } from './datachannel.js';
import { gstreamerViewer } from './gstreamer.js';

/** Every column of the table of pairings, in its order. */
export const viewers: readonly InteropViewer[] = [chromiumViewer, gstreamerViewer, datachannelViewer];
