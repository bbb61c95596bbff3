import { z } from 'zod';
import { parseListenAddress } from './formats.js';
import { parseWhepUrl, parseWhipUrl } from './remote-url.js';
import { flag, oneOf, setting, wholeNumber } from './setting.js';

const MOST_SUBSCRIBERS = 65_535;
const LONGEST_MS = 2_592_000_000;

const subscribers = z.number().int().min(0).max(MOST_SUBSCRIBERS);
const untilDeleted = z.number().int().min(-1).max(LONGEST_MS);

const deletedAfter = (description: string) =>
  wholeNumber({ min: -1, max: LONGEST_MS, default: -1, unit: 'milliseconds', description });

export const strategy = z.strictObject({
  each_stream_max_sub: wholeNumber({
    min: 0,
    max: MOST_SUBSCRIBERS,
    default: MOST_SUBSCRIBERS,
    unit: 'subscribers',
    description: 'How many may watch one stream.',
  }),
  cascade_push_close_sub: flag(
    'Once a stream has gone to another server by /api/cascade, its viewers here are sent away, and may come back there.',
  ),
  auto_create_whip: flag(
    'Publishing makes a stream that is not there; otherwise it has to be made or provisioned.',
    true,
  ),
  auto_create_whep: flag('Watching makes a stream that is not there, and waits for its publisher.', true),
  auto_delete_whip: deletedAfter('How long after its publisher left a stream is deleted. -1: never for that.'),
  auto_delete_whep: deletedAfter(
    'How long after its last subscriber left, or without any, a stream is deleted, published or not. -1: never for that.',
  ),
});

const streamStrategy = z.strictObject({
  each_stream_max_sub: subscribers.optional(),
  cascade_push_close_sub: z.boolean().optional(),
  auto_create_whip: z.boolean().optional(),
  auto_create_whep: z.boolean().optional(),
  auto_delete_whip: untilDeleted.optional(),
  auto_delete_whep: untilDeleted.optional(),
});

const program = z.string().min(1).max(4096);

const programs = (what: string) =>
  setting(z.array(program).default([]), {
    description: `Programs that are run when ${what}, in turn.`,
    unit: 'paths, comma separated',
    allowed: 'a list of paths of programs',
  });

export const hooks = z.strictObject({
  on_stream_created: programs('a stream has come to be'),
  on_stream_deleted: programs('a stream is gone'),
  on_publish_started: programs('a publisher is let in'),
  on_publish_stopped: programs('a publisher has left'),
  timeout_ms: wholeNumber({
    min: 100,
    max: 600_000,
    default: 5000,
    unit: 'milliseconds',
    description: 'How long such a program may run before it is killed.',
  }),
  on_error: oneOf(
    ['stop', 'continue'],
    'stop',
    'Whether the programs after one that failed are run for the same event.',
  ),
  concurrency: wholeNumber({
    min: 1,
    max: 64,
    default: 4,
    unit: 'programs',
    description: 'How many of them run at once; those of one stream run one after the other.',
  }),
});

const streamHooks = z.strictObject({
  on_stream_created: z.array(program).optional(),
  on_stream_deleted: z.array(program).optional(),
  on_publish_started: z.array(program).optional(),
  on_publish_stopped: z.array(program).optional(),
  timeout_ms: z.number().int().min(100).max(600_000).optional(),
  on_error: z.enum(['stop', 'continue']).optional(),
});

const MOST_TARGETS = 50;
const LONGEST_URL = 2048;
const LONGEST_IDLE_MS = 3_600_000;
const LONGEST_START_MS = 60_000;

const targets = z
  .array(
    z.strictObject({
      url: z
        .string()
        .max(LONGEST_URL)
        .refine((text) => parseWhipUrl(text) !== undefined),
    }),
  )
  .max(MOST_TARGETS)
  .refine((all) => new Set(all.map(({ url }) => parseWhipUrl(url)?.url)).size === all.length);

/** A stream comes from one place. */
const sources = z
  .array(
    z.strictObject({
      url: z
        .string()
        .max(LONGEST_URL)
        .refine((text) => parseWhepUrl(text) !== undefined),
    }),
  )
  .max(1);

/** An end of UDP; an address that is bound may be of all of the machine's. */
const udpEnd = z.string().refine((text) => (parseListenAddress(text)?.port ?? 0) > 0);

/** What `{stream}` of a path can be; its module says it more exactly. */
const NAME = /^(?!\.)[^/\\\p{Cc}]{1,255}$/u;

export const streams = setting(
  z
    .record(
      z.string().regex(NAME),
      z.strictObject({
        strategy: streamStrategy.default({}),
        hooks: streamHooks.default({}),
        targets: targets.optional(),
        sources: sources.optional(),
        channel: z.strictObject({ listen: udpEnd, target: udpEnd }).optional(),
        on_demand: z.boolean().optional(),
        on_demand_close_after_ms: z.number().int().min(0).max(LONGEST_IDLE_MS).optional(),
        on_demand_start_timeout_ms: z.number().int().min(100).max(LONGEST_START_MS).optional(),
      }),
    )
    .default({}),
  {
    description:
      'Streams that are always there, each with a strategy and hooks of its own, where it comes from, all the time or on demand, servers it is published on, and UDP beside its data channels; hooks of the node are run first.',
    unit: 'JSON: {"cam":{"strategy":{"each_stream_max_sub":2},"hooks":{},"targets":[{"url":"whips://token@example.org/whip/cam"}]},"far":{"sources":[{"url":"wheps://token@example.org/whep/far"}],"on_demand":true,"on_demand_close_after_ms":10000,"on_demand_start_timeout_ms":10000,"channel":{"listen":"127.0.0.1:7774","target":"127.0.0.1:7775"}}}',
    allowed:
      'tables by the names of streams, with strategy, hooks, targets, which have urls (whip, whips, http or https, each once), sources (at most one, with a url: whep, wheps, http or https; RTSP, SDP files and capture are not read), channel (listen and target, each an ip:port) and on_demand',
    secret: 'value',
  },
);
