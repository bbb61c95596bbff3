import { join, resolve } from 'node:path';
import { flashAndBeep } from '../flash-and-beep.js';
import { sendFrames } from '../sender-program.js';
import type { InteropSender } from '../sender.js';

const PROJECT = resolve(__dirname, '../../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');
const PROGRAM = join(PROJECT, 'test/interop/publishers/werift.ts');

/** Sends packets that FFmpeg coded and packetized; with its own reports and retransmissions. */
export const werift: InteropSender = {
  name: 'werift',
  codecs: ['H264', 'H265', 'VP8', 'VP9', 'AV1'],
  missing: () => Promise.resolve(undefined),
  publish: async ({ whipUrl, codec, seconds }) => {
    const { packets } = await flashAndBeep(codec, seconds);
    return await sendFrames(NODE, ['--no-warnings', PROGRAM, JSON.stringify({ whipUrl, codec, packets })]);
  },
};
