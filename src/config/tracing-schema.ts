import { z } from 'zod';
import { oneOf, setting, text } from './setting.js';
import { SAMPLERS } from './tracing-variables.js';
import { isWebhookUrl } from './webhook-schema.js';

/** RFC 9110 section 5.6.2, and any text. */
const HEADER = /^[\w!#$%&'*+.^`|~-]+=\S.*$/;

export const tracing = z.strictObject({
  url: setting(z.union([z.literal(''), z.string().max(2048).refine(isWebhookUrl)]).default(''), {
    description: 'Collector that spans are posted to by OTLP over HTTP. Empty: nothing is traced.',
    unit: 'http://host:4318/v1/traces',
    allowed: 'empty or a URL (http or https, without credentials)',
  }),
  headers: setting(z.array(z.string().max(4096).regex(HEADER)).max(20).default([]), {
    description: 'Sent with them, an API key for one.',
    unit: 'name=value, comma separated, values percent-encoded',
    allowed: 'a list of at most 20 name=value',
    secret: 'value',
  }),
  service_name: text({ description: 'The name that traces show for this server. Empty: aircheck.', unit: 'text' }),
  sampler: oneOf(
    SAMPLERS,
    'parentbased_always_on',
    'Which traces are kept; parentbased: those that whoever asks keeps too, and of others as it says.',
  ),
  sampler_ratio: setting(z.number().min(0).max(1).default(1), {
    description: 'How many of them traceidratio keeps.',
    unit: '0 to 1',
    allowed: 'a number from 0 to 1',
  }),
});
