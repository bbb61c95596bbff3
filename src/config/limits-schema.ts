import { z } from 'zod';
import { wholeNumber } from './setting.js';

const MOST = 1_000_000;

const atMost = (what: string, description: string) =>
  wholeNumber({ min: 0, max: MOST, default: 0, unit: what, description: `${description} 0: no limit.` });

export const limits = z.strictObject({
  streams: atMost('streams', 'How many streams there may be on this node, those of the configuration among them.'),
  publishers: atMost(
    'publishers',
    'How many may publish to this node; a stream whose recording waits for its publisher keeps its place.',
  ),
  subscribers: atMost('subscribers', 'How many may watch streams of this node.'),
  incoming_kbps: wholeNumber({
    min: 0,
    max: 1_000_000_000,
    default: 0,
    unit: 'kbit/s',
    description: 'While publishers send so much in all, new ones are refused. 0: no limit.',
  }),
  publisher_kbps: wholeNumber({
    min: 0,
    max: 10_000_000,
    default: 0,
    unit: 'kbit/s',
    description:
      'What one publisher may send, all layers together: he is told so, and is sent away when he keeps above. 0: no limit.',
  }),
  publisher_burst_seconds: wholeNumber({
    min: 1,
    max: 3600,
    default: 10,
    unit: 'seconds',
    description:
      'For limits.publisher_kbps: a publisher is sent away when he has sent too much by so many seconds of it.',
  }),
  data_message_bytes: wholeNumber({
    min: 1_024,
    max: 262_144,
    default: 65_536,
    unit: 'bytes',
    description: 'Of one message on a data channel; who sends a larger one loses the channels of the session.',
  }),
  data_messages_per_second: wholeNumber({
    min: 1,
    max: 10_000,
    default: 500,
    unit: 'messages',
    description:
      'What one session may send on its data channels: more are dropped, and who sends twice as many loses the channels.',
  }),
  data_kbps: wholeNumber({
    min: 8,
    max: 1_000_000,
    default: 8_000,
    unit: 'kbit/s',
    description: 'The same in bits.',
  }),
});
