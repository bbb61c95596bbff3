import { resolve } from 'node:path';
import { whyMissing } from '../../support/tools.js';
import { sendFrames } from '../sender-program.js';
import type { InteropSender } from '../sender.js';
import { PYTHON } from './aiortc.js';

export const GSTREAMER_PROGRAM = resolve(__dirname, '../publishers/gstreamer_sender.py');

/** Encodes by itself (x264, x265, libvpx, libopus). Debian has no AV1 packetizer: `rtpav1pay` is one of GStreamer's Rust plugins. */
export const gstreamer: InteropSender = {
  name: 'GStreamer webrtcbin',
  codecs: ['H264', 'H265', 'VP8', 'VP9'],
  missing: () => Promise.resolve(whyMissing('gstreamer')),
  publish: ({ whipUrl, codec, seconds }) =>
    sendFrames(PYTHON, [
      GSTREAMER_PROGRAM,
      ...['--whip', whipUrl, '--seconds', String(seconds), '--video', codec, '--audio', 'opus'],
    ]),
};
