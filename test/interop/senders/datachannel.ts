import { Publisher } from '../../support/publisher.js';
import { whyMissing } from '../../support/tools.js';
import { flashAndBeep } from '../flash-and-beep.js';
import type { InteropCodec, InteropSender } from '../sender.js';

/** libdatachannel carries these, and has no packetizer of its own. */
const WITHOUT_PACKETIZER: readonly InteropCodec[] = ['VP8', 'VP9'];

/** libdatachannel, by its Node binding: pre-encoded pictures, its own packetizers, sender reports and retransmission. */
export const datachannel: InteropSender = {
  name: 'node-datachannel',
  codecs: ['H264', 'H265', 'VP8', 'VP9', 'AV1'],
  missing: () => Promise.resolve(whyMissing('ffmpeg')),
  async publish({ whipUrl, codec, seconds }) {
    const { media, packets } = await flashAndBeep(codec, seconds);
    const payloads = WITHOUT_PACKETIZER.includes(codec) ? { packets } : {};
    await using publisher = await Publisher.start('datachannel', { urls: [whipUrl], media, codec, ...payloads });
    await publisher.ended();
    return publisher.sentFrames;
  },
};
