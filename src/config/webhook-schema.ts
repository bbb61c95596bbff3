import { isIP } from 'node:net';
import { z } from 'zod';
import { setting, wholeNumber } from './setting.js';

/** @returns true for `10.0.0.7`, `10.0.0.0/8`, `fd00::/8` */
export function isNetwork(text: string): boolean {
  const [address = '', length, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (length === undefined) return true;
  return /^(?:0|[1-9]\d{0,2})$/.test(length) && Number(length) <= (version === 4 ? 32 : 128);
}

/** What requests of ours can go to: no credentials in it, which logs and lists would show. */
export function isWebhookUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

const patterns = z.array(z.string().min(1).max(255)).min(1).max(50);

const target = z.strictObject({
  url: z.string().max(2048).refine(isWebhookUrl),
  secret: z.string().min(16).max(256),
  events: patterns.default(['*']),
  streams: patterns.default(['*']),
});

export const webhooks = z.strictObject({
  targets: setting(z.array(target).max(50).default([]), {
    description: 'Who is told by HTTP what happens; more are added by requests.',
    unit: 'JSON: [{"url":"https://example.org/hook","secret":"","events":["recording.*"],"streams":["*"]}]',
    allowed:
      'a list of at most 50 tables with url (http or https, without credentials), secret (16 to 256 characters), events and streams (patterns)',
    secret: 'value',
  }),
  allowed_networks: setting(z.array(z.string().refine(isNetwork)).default([]), {
    description: 'Addresses of this machine and of private networks that targets may have. Empty: only public ones.',
    unit: 'ip or network, comma separated',
    allowed: 'a list of IP addresses and networks such as 10.0.0.0/8',
  }),
  timeout_ms: wholeNumber({
    min: 100,
    max: 60_000,
    default: 10_000,
    unit: 'milliseconds',
    description: 'How long a target may take to answer.',
  }),
  keep_hours: wholeNumber({
    min: 1,
    max: 8760,
    default: 72,
    unit: 'hours',
    description: 'How long an event is tried for, and how long the log shows what became of it.',
  }),
  max_deliveries: wholeNumber({
    min: 100,
    max: 10_000_000,
    default: 100_000,
    unit: 'events',
    description: 'How many the log has at most, of all targets; the oldest go first, those that wait last.',
  }),
});
