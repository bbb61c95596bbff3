import { join, resolve } from 'node:path';
import type { InteropViewer } from '../viewer.js';
import { startViewer } from './viewer-program.js';

const PROJECT = resolve(__dirname, '../../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');
const PROGRAM = join(PROJECT, 'test/interop/viewers/datachannel-viewer.ts');

/** libdatachannel receives the packets, FFmpeg (by node-av) takes pictures out of them and decodes: it has no WHEP of its own. */
export const datachannelViewer: InteropViewer = {
  name: 'node-datachannel and FFmpeg',
  codecs: ['H264', 'H265', 'VP8', 'VP9', 'AV1'],
  missing: () => undefined,
  watch: ({ whepUrl, codec }) => startViewer(NODE, ['--no-warnings', PROGRAM, JSON.stringify({ whepUrl, codec })]),
};
