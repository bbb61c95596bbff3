import { z } from 'zod';
import { isIceServerUrl } from './formats.js';
import { setting, text, wholeNumber } from './setting.js';

/** What fits into a header as it is. */
const HEADER_TEXT = /^[\x20-\x7e]*$/;

const urls = z.array(z.string().refine(isIceServerUrl));

const iceServer = z
  .strictObject({
    urls: urls.min(1),
    username: z.string().regex(HEADER_TEXT).default(''),
    credential: z.string().regex(HEADER_TEXT).default(''),
  })
  .refine(
    ({ urls: given, username, credential }) =>
      (username !== '' && credential !== '') || !given.some((url) => /^turn/i.test(url)),
  );

const LIST_FACTS = {
  unit: 'JSON: [{"urls":["turn:host"],"username":"","credential":""}]',
  allowed:
    'a list of tables with urls (stun:, stuns:, turn: or turns:), username and credential; TURN needs both of them',
  secret: 'value',
} as const;

/** Longest life of TURN credentials: Cloudflare's. */
const LONGEST_TTL_SECONDS = 172_800;

const ttl = (whose: string) =>
  wholeNumber({
    min: 60,
    max: LONGEST_TTL_SECONDS,
    default: 3600,
    unit: 'seconds',
    description: `How long credentials for ${whose} are good: a relayed session ends with them.`,
  });

export const iceServers = setting(z.array(iceServer).default([]), {
  description: 'STUN and TURN servers that clients are told to use.',
  ...LIST_FACTS,
});

export const extraIce = z.strictObject({
  ice_servers: setting(z.array(iceServer).default([]), {
    description: 'More of them, under the name that live777 knows.',
    ...LIST_FACTS,
  }),
  coturn: z
    .strictObject({
      urls: setting(urls.default([]), {
        description: 'URLs of a coturn server that gives relays by a shared secret (--use-auth-secret). Empty: none.',
        unit: 'stun:, stuns:, turn: or turns: URLs, comma separated',
        allowed: 'a list of stun:, stuns:, turn: or turns: URLs',
      }),
      secret: text({ description: 'Its --static-auth-secret.', unit: 'text', secret: 'value' }),
      ttl: ttl('coturn'),
    })
    .prefault({}),
  cloudflare: z
    .strictObject({
      key_id: text({ description: 'Id of a TURN key of Cloudflare. Empty: none.', unit: 'text' }),
      api_token: text({ description: 'API token of that key.', unit: 'text', secret: 'value' }),
      ttl: ttl("Cloudflare's relays"),
    })
    .prefault({}),
});

/** @returns one sentence for each thing that is wrong with where TURN credentials come from */
export function extraIceProblems({ coturn, cloudflare }: z.output<typeof extraIce>): string[] {
  const problems: string[] = [];
  if (coturn.urls.length > 0 && coturn.secret === '') {
    problems.push('extra_ice.coturn.secret is missing: extra_ice.coturn.urls needs it.');
  }
  if (coturn.secret !== '' && coturn.urls.length === 0) {
    problems.push('extra_ice.coturn.urls is missing: extra_ice.coturn.secret is for them.');
  }
  if ((cloudflare.key_id === '') !== (cloudflare.api_token === '')) {
    const missing = cloudflare.key_id === '' ? 'key_id' : 'api_token';
    problems.push(`extra_ice.cloudflare.${missing} is missing: key_id and api_token go together.`);
  }
  return problems;
}
