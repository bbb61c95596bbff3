import { z } from 'zod';
import { parseListenAddress } from './formats.js';
import { flag, setting, wholeNumber } from './setting.js';
import { isNetwork } from './webhook-schema.js';

/** @returns true for `https://studio.example`, as browsers write the Origin header */
function isOrigin(text: string): boolean {
  try {
    const { origin, protocol } = new URL(text);
    return origin === text && /^https?:$/.test(protocol);
  } catch {
    return false;
  }
}

export const http = z.strictObject({
  listen: setting(
    z
      .string()
      .refine((text) => parseListenAddress(text) !== undefined)
      .default('127.0.0.1:7777'),
    {
      description: 'Address of pages and API; with 127.0.0.1 also ::1. Port 0: any free port.',
      unit: 'ip:port',
      allowed: 'ip:port, [ip6]:port or localhost:port',
    },
  ),
  public_url: setting(
    z
      .string()
      .refine((text) => text === '' || isOrigin(text))
      .default(''),
    {
      description: 'Where others reach pages and API: what the other nodes are told. Empty: http.listen.',
      unit: 'origin',
      allowed: 'an origin such as https://node-1.example or http://10.0.0.7:7777, or empty',
    },
  ),
  cors: flag('Lets pages of every origin call the API. Browsers send them no cookies along.'),
  cors_origins: setting(z.array(z.string().refine(isOrigin)).default([]), {
    description: 'Lets pages of these origins call the API and no others, whatever http.cors is.',
    unit: 'origins, comma separated',
    allowed: 'a list of origins as browsers write them, such as https://studio.example or http://10.0.0.7:8080',
  }),
  metrics_public: flag(
    'Lets everyone read /metrics, names of streams apart where tokens are wanted; otherwise it takes a token that administers the server.',
    true,
  ),
  trusted_proxies: setting(z.array(z.string().refine(isNetwork)).default([]), {
    description:
      'Proxies whose X-Forwarded-For names the client. Empty: nobody is believed, and whoever connects is the client.',
    unit: 'ip or network, comma separated',
    allowed: 'a list of IP addresses and networks such as 10.0.0.0/8',
  }),
  hsts_seconds: wholeNumber({
    min: 0,
    max: 63_072_000,
    default: 0,
    unit: 'seconds',
    description:
      'How long browsers ask for this server by HTTPS only (Strict-Transport-Security), where a proxy speaks TLS for it. 0: they are told nothing.',
  }),
  whip_rate_per_address: wholeNumber({
    min: 0,
    max: 100_000,
    default: 100,
    unit: 'requests per second',
    description:
      'POST, PATCH and DELETE of publishers that one address (IPv6: one /64) may send; six times as many at once. 0: no limit.',
  }),
});
