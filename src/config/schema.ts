import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { z } from 'zod';
import { isPostgresUrl, isTimeZone, parseAnnouncedAddress, parseStunUrl, sqlitePath } from './formats.js';
import { audit } from './audit-schema.js';
import { auth } from './auth-schema.js';
import { cascade } from './cascade-schema.js';
import { extraIce, iceServers } from './ice-schema.js';
import { graphql } from './graphql-schema.js';
import { hooks, strategy, streams } from './live-schema.js';
import { http } from './http-schema.js';
import { limits } from './limits-schema.js';
import { flag, oneOf, setting, wholeNumber } from './setting.js';
import { backupStorage, storage, upload } from './storage-schema.js';
import { tracing } from './tracing-schema.js';
import { webhooks } from './webhook-schema.js';

const GIBIBYTE = 2 ** 30;

const webrtc = z.strictObject({
  udp_port: wholeNumber({
    min: 0,
    max: 65_535,
    default: 7777,
    unit: 'port',
    description: 'UDP port of media; where each worker needs its own, the following ports too. 0: any free port.',
  }),
  tcp_port: wholeNumber({
    min: 0,
    max: 65_535,
    default: 0,
    unit: 'port',
    description: 'TCP port of media, the same for all workers, for clients whose network has no UDP. 0: none.',
  }),
  listen_addresses: setting(
    z
      .array(z.string().refine((text) => isIP(text) !== 0))
      .min(1)
      .default(['0.0.0.0', '::']),
    {
      description: 'Addresses the media ports are opened on.',
      unit: 'ip, comma separated',
      allowed: 'one or more IP addresses',
    },
  ),
  announced_addresses: setting(
    z
      .array(z.string().refine((text) => parseAnnouncedAddress(text) !== undefined))
      .overwrite((addresses) => [...new Set(addresses)])
      .default([]),
    {
      description: 'Addresses publishers are told to send media to. Empty: those of the network interfaces.',
      unit: 'ip, ip:port or [ip6]:port, comma separated',
      allowed: 'a list of ip, ip:port or [ip6]:port that others can send to',
    },
  ),
  stun_servers: setting(z.array(z.string().refine((text) => parseStunUrl(text) !== undefined)).default([]), {
    description:
      'Servers that are asked what address and port the world sees media at, where none is announced. Empty: nobody is asked.',
    unit: 'stun:host or stun:host:port, comma separated',
    allowed: 'a list of stun:host or stun:host:port',
  }),
});

const engine = z.strictObject({
  workers: wholeNumber({
    min: 0,
    max: 256,
    default: 0,
    unit: 'threads',
    description: 'Media worker threads. 0: one per processor core.',
  }),
  admission_cpu_percent: wholeNumber({
    min: 10,
    max: 100,
    default: 75,
    unit: 'percent of a core',
    description:
      'When every worker is busier than this, or strained (docs/limits.md), new streams are refused. 100: never for either.',
  }),
  memory_mib: wholeNumber({
    min: 16,
    max: 4096,
    default: 512,
    unit: 'MiB per worker',
    description: 'Address space for media in each worker; a page that was never touched costs nothing.',
  }),
  receive: oneOf(
    ['auto', 'dgram', 'fd'],
    'auto',
    "How media is received: by Node's own sockets, by a connected socket for each peer, or that where it works.",
  ),
  srtp: oneOf(
    ['auto', 'wasm', 'node'],
    'auto',
    'What opens and seals media: our WebAssembly kernels, OpenSSL, or whichever is faster here. See docs/threats.md.',
  ),
});

const recorder = z.strictObject({
  auto_streams: setting(z.array(z.string().min(1).max(255)).default(['*']), {
    description:
      'Streams that are recorded as soon as they are live; * and ? stand for any characters. A single comma: no stream.',
    unit: 'patterns, comma separated',
    allowed: 'a list of patterns of 1 to 255 characters',
  }),
  segment_duration_seconds: wholeNumber({
    min: 1,
    max: 60,
    default: 6,
    unit: 'seconds',
    description: 'Target length of a segment: it ends at the first key frame after.',
  }),
  fragment_duration_ms: wholeNumber({
    min: 100,
    max: 1000,
    default: 1000,
    unit: 'milliseconds',
    description: 'Longest stretch of media that is written to disk at once, and lost when the process is killed.',
  }),
  reconnect_window_seconds: wholeNumber({
    min: 0,
    max: 1800,
    default: 60,
    unit: 'seconds',
    description: 'How long a recording waits for a publisher that was lost.',
  }),
  max_recording_seconds: wholeNumber({
    min: 0,
    max: 31_536_000,
    default: 86_400,
    unit: 'seconds',
    description: 'A recording session this old ends at the next key frame, and the next one goes on there. 0: never.',
  }),
  fsync: oneOf(['fragment', 'segment', 'off'], 'segment', 'When media is forced to the disk itself.'),
  time_zone: setting(z.string().refine(isTimeZone).default('UTC'), {
    description: 'Zone whose midnight starts a new day of recordings.',
    unit: 'IANA zone',
    allowed: 'a zone of the IANA database, such as UTC or Europe/Berlin',
  }),
  node_alias: setting(
    z
      .string()
      .max(64)
      .default('')
      .transform((alias) => (alias === '' ? hostname() : alias)),
    {
      description: 'Name of this node in the index. Empty: the name of the machine.',
      unit: 'name',
      allowed: 'a name of at most 64 characters',
    },
  ),
  on_full: oneOf(
    ['refuse', 'live_only'],
    'refuse',
    'What happens to new streams that are to be recorded when the disk is full.',
  ),
  min_free_bytes: wholeNumber({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: GIBIBYTE,
    unit: 'bytes',
    description: 'Below this much free space the disk counts as full.',
  }),
  spool_dir: setting(z.string().min(1).default('./data/spool'), {
    description: 's3, oss, liveman: folder that is recorded into, and uploaded from.',
    unit: 'path',
    allowed: 'a path',
  }),
  spool_keep: oneOf(
    ['hours', 'space', 'forever'],
    'hours',
    's3, oss, liveman: how long a file stays in the spool once its object is stored and verified: spool_keep_hours, until space is needed, or for ever.',
  ),
  spool_keep_hours: wholeNumber({
    min: 0,
    max: 876_000,
    default: 24,
    unit: 'hours',
    description: 's3, oss, liveman: for spool_keep = hours.',
  }),
  backup_after_seconds: wholeNumber({
    min: 60,
    max: 86_400,
    default: 600,
    unit: 'seconds',
    description: 'How long the bucket has to fail before objects go to the backup storage.',
  }),
  storage: storage.prefault({}),
  backup_storage: backupStorage.prefault({}),
  upload: upload.prefault({}),
});

const hours = z.number().int().min(0).max(876_000);
const manyBytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const retentionRule = z.strictObject({
  streams: z.string().min(1).max(255),
  max_age_hours: hours.optional(),
  max_bytes: manyBytes.optional(),
});

const retention = z.strictObject({
  max_age_hours: wholeNumber({
    min: 0,
    max: 876_000,
    default: 0,
    unit: 'hours',
    description: 'Recorded media this old is deleted. 0: never for its age.',
  }),
  max_bytes: wholeNumber({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: 0,
    unit: 'bytes',
    description: 'When recordings take more than this together, the oldest sessions are deleted. 0: no limit.',
  }),
  min_free_bytes: wholeNumber({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: 0,
    unit: 'bytes',
    description: 'fs: with less free space than this the oldest sessions are deleted. 0: never for want of space.',
  }),
  delete_before_upload: flag('s3, oss, liveman: deletes also what the bucket does not have yet.'),
  trim_running: flag(
    'Sizes and free space also take the beginning of what still records when nothing else is left to delete, and never what a bucket does not have yet.',
  ),
  every_seconds: wholeNumber({
    min: 5,
    max: 3600,
    default: 60,
    unit: 'seconds',
    description: 'How often recordings are looked through for what is to be deleted.',
  }),
  rules: setting(z.array(retentionRule).default([]), {
    description:
      'Other limits for single streams, by the first pattern that fits; max_bytes is of each stream by itself. Without max_age_hours the usual age.',
    unit: 'JSON: [{"streams":"cam-*","max_age_hours":24,"max_bytes":0}]',
    allowed: 'a list of tables with streams (a pattern of 1 to 255 characters), max_age_hours and max_bytes',
  }),
});

const playback = z.strictObject({
  signed_redirect: flag(
    's3, oss, liveman: sends clients to signed URLs of the bucket (307) instead of giving them the bytes.',
  ),
  signed_ttl_seconds: wholeNumber({
    min: 30,
    max: 604_800,
    default: 300,
    unit: 'seconds',
    description: 'How long such a URL is good.',
  }),
  url_ttl_seconds: wholeNumber({
    min: 60,
    max: 604_800,
    default: 3600,
    unit: 'seconds',
    description: 'How long URLs that play without credentials are good where nothing else is asked for.',
  }),
  max_range_hours: wholeNumber({
    min: 1,
    max: 8784,
    default: 744,
    unit: 'hours',
    description: 'Longest range of time that is played or exported at once.',
  }),
  dvr_window_seconds: wholeNumber({
    min: 30,
    max: 86_400,
    default: 7200,
    unit: 'seconds',
    description: 'How far back a stream is shown where nothing else is asked for.',
  }),
  thumbnails_dir: setting(z.string().min(1).default('./data/thumbnails'), {
    description: 'Folder of the small pictures that timelines show; it may be emptied at any time.',
    unit: 'path',
    allowed: 'a path',
  }),
  thumbnails_mib: wholeNumber({
    min: 0,
    max: 1_048_576,
    default: 256,
    unit: 'MiB',
    description: 'When they take more than this together, the longest unused are deleted.',
  }),
  max_clip_hours: wholeNumber({
    min: 1,
    max: 24,
    default: 4,
    unit: 'hours',
    description: 'Longest clip.mp4. Longer ranges are exported.',
  }),
});

const fileExports = z.strictObject({
  dir: setting(z.string().min(1).default('./data/exports'), {
    description: 'Folder of the files that are made of recordings.',
    unit: 'path',
    allowed: 'a path',
  }),
  keep_hours: wholeNumber({
    min: 1,
    max: 8784,
    default: 24,
    unit: 'hours',
    description: 'How long such a file is kept.',
  }),
  concurrency: wholeNumber({
    min: 1,
    max: 8,
    default: 1,
    unit: 'exports',
    description: 'How many are made side by side.',
  }),
});

const database = z.strictObject({
  url: setting(
    z
      .string()
      .refine((url) => sqlitePath(url) !== undefined || isPostgresUrl(url))
      .default('sqlite://./data/aircheck.db'),
    {
      description: 'Database of the index.',
      unit: 'sqlite://path | postgres://user:password@host:port/name?sslmode=verify-full',
      allowed: 'sqlite://PATH, with or without ?mode=rwc, or postgres://USER:PASSWORD@HOST:PORT/NAME',
      secret: 'credentials',
    },
  ),
  max_connections: wholeNumber({
    min: 2,
    max: 1000,
    default: 10,
    unit: 'connections',
    description: 'PostgreSQL: most connections of this server.',
  }),
  connect_timeout: wholeNumber({
    min: 1,
    max: 600,
    default: 30,
    unit: 'seconds',
    description: 'PostgreSQL: how long a connection may take to come, or to become free.',
  }),
  statement_timeout_seconds: wholeNumber({
    min: 1,
    max: 3600,
    default: 30,
    unit: 'seconds',
    description: 'PostgreSQL: a statement that takes longer is given up. Migrations may take as long as they take.',
  }),
  lock_timeout_seconds: wholeNumber({
    min: 1,
    max: 3600,
    default: 10,
    unit: 'seconds',
    description: 'PostgreSQL: a statement that waits longer for a row that another one changes is given up.',
  }),
});

export const configSchema = z.strictObject({
  http: http.prefault({}),
  webrtc: webrtc.prefault({}),
  strategy: strategy.prefault({}),
  stream: streams,
  hooks: hooks.prefault({}),
  engine: engine.prefault({}),
  recorder: recorder.prefault({}),
  retention: retention.prefault({}),
  playback: playback.prefault({}),
  exports: fileExports.prefault({}),
  database: database.prefault({}),
  graphql: graphql.prefault({}),
  limits: limits.prefault({}),
  log: z
    .strictObject({
      level: oneOf(
        ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
        'info',
        'Least important message that is logged.',
      ),
    })
    .prefault({}),
  tracing: tracing.prefault({}),
  ice_servers: iceServers,
  extra_ice: extraIce.prefault({}),
  auth: auth.prefault({}),
  audit: audit.prefault({}),
  webhooks: webhooks.prefault({}),
  cascade: cascade.prefault({}),
});

/** The whole configuration, checked, with every default filled in. Keys are those of the file. */
export type AppConfig = z.output<typeof configSchema>;
