import { resolve } from 'node:path';
import { whyMissing } from '../../support/tools.js';
import { PYTHON } from '../senders/aiortc.js';
import type { InteropViewer } from '../viewer.js';
import { startViewer } from './viewer-program.js';

const PROGRAM = resolve(__dirname, 'gstreamer_viewer.py');
/** Where the modules are that it shares with the sender. */
const MODULES = resolve(__dirname, '../publishers');

/** Its own decoders (libav, libvpx). Debian has no AV1 depacketizer: `rtpav1depay` is one of GStreamer's Rust plugins, as `whepsrc` is. */
export const gstreamerViewer: InteropViewer = {
  name: 'GStreamer webrtcbin',
  codecs: ['H264', 'H265', 'VP8', 'VP9'],
  missing: () => whyMissing('gstreamer'),
  watch: ({ whepUrl, codec }) =>
    startViewer(PYTHON, [PROGRAM, '--whep', whepUrl, '--video', codec], { PYTHONPATH: MODULES }),
};
