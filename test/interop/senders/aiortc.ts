import { resolve } from 'node:path';
import { whyMissing } from '../../support/tools.js';
import { sendFrames } from '../sender-program.js';
import type { InteropSender } from '../sender.js';

/** Debian's, which has the modules. */
export const PYTHON = '/usr/bin/python3';
export const AIORTC_PROGRAM = resolve(__dirname, '../publishers/aiortc_sender.py');

/** Encodes by itself (libx264, libvpx, libopus). */
export const aiortc: InteropSender = {
  name: 'aiortc',
  codecs: ['H264', 'VP8'],
  missing: () => Promise.resolve(whyMissing('aiortc')),
  publish: ({ whipUrl, codec, seconds }) =>
    sendFrames(PYTHON, [
      AIORTC_PROGRAM,
      ...['--whip', whipUrl, '--seconds', String(seconds), '--video', codec, '--audio', 'opus'],
    ]),
};
