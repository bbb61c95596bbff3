import { Publisher } from '../../support/publisher.js';
import { whyMissing } from '../../support/tools.js';
import { flashAndBeep } from '../flash-and-beep.js';
import type { InteropSender } from '../sender.js';

/** FFmpeg's WHIP muxer, by node-av. It takes H.264 and Opus and refuses every other codec. */
export const ffmpeg: InteropSender = {
  name: 'FFmpeg',
  codecs: ['H264'],
  missing: () => Promise.resolve(whyMissing('ffmpeg')),
  async publish({ whipUrl, codec, seconds }) {
    const { media } = await flashAndBeep(codec, seconds);
    await using publisher = await Publisher.start('ffmpeg', { urls: [whipUrl], media });
    await publisher.ended();
    return publisher.sentFrames;
  },
};
