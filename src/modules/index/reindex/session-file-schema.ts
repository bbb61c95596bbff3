import { z } from 'zod';
import { RECORDING_SESSION_STATES } from '../sessions/recording-session.js';

const whole = z.number().int();
const instant = z.iso.datetime();
const kind = z.enum(['video', 'audio']);
const lost = z.literal('lost');
const name = z.string().regex(/^[^/]+$/);

const track = z.object({
  id: z.string(),
  kind,
  codec: z.string(),
  codec_string: z.string(),
  timescale: whole.positive(),
  init: name,
  init_size_bytes: whole,
  init_sha256: z.string(),
  width: whole.nullable(),
  height: whole.nullable(),
  sample_rate: whole.nullable(),
  channels: whole.nullable(),
  state: lost.optional(),
});

const object = z.object({
  track: z.string(),
  name,
  size_bytes: whole,
  sha256: z.string(),
  start_ticks: whole,
  duration_ticks: whole,
  samples: whole,
  independent: z.boolean(),
  state: lost.optional(),
});

const segment = z.object({
  number: whole.positive(),
  period: whole,
  start_ms: whole,
  duration_ms: whole,
  state: lost.optional(),
  objects: z.array(object).min(1),
});

const reception = z.object({
  kind,
  packets_received: whole,
  packets_repaired: whole,
  packets_lost: whole,
  frames_recorded: whole,
  frames_dropped: whole,
});

/** Version 1 of `session_<id>.json`, as far as rows are made from it. Members that came later may be missing. */
export const sessionFileSchema = z.object({
  version: z.literal(1),
  id: z.string().min(1).max(64),
  stream: z.string().min(1).max(255),
  node: z.string(),
  trigger: z.enum(['auto', 'api']),
  state: z.enum(RECORDING_SESSION_STATES),
  reason: z.string().nullable(),
  directory: z.string(),
  last_directory: z.string().optional(),
  /** Wall clock of its first media in the directory. */
  part_started_at: instant.nullable().default(null),
  base_dir: z.string().nullable(),
  started_at: instant,
  interrupted_at: instant.nullable(),
  ended_at: instant.nullable(),
  held_at: instant.nullable().default(null),
  anchor_epoch_ms: whole.nullable(),
  unrecorded: z.array(z.object({ kind, codec: z.string(), reason: z.literal('unsupported-codec') })).default([]),
  completeness: z.object({ tracks: z.array(reception) }).optional(),
  tracks: z.array(track),
  gaps: z.array(z.object({ kind, start_ms: whole, duration_ms: whole, cause: z.enum(['loss', 'publisher-away']) })),
  segments: z.array(segment),
});

export type SessionFile = z.output<typeof sessionFileSchema>;
