// Rows as a thousand streams leave them in a month: one records day and night, the others as long each day as the number of rows allows.
import type { DataSource } from 'typeorm';

export const DAYS = 30;
export const BUSY_STREAM = 'cam-0';
const SEGMENT_MS = 6000;
const DAY_MS = 86_400_000;
/** Tables that are there while rows are generated. */
const HELPERS = { numbers: 'bench_numbers', days: 'bench_days' } as const;

const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
/** As src/modules/index/entities/packed-objects.ts has it. */
const TEMPLATE = `"@DIRECTORY/",2,"v1","seg_@NAME.m4s",@VIDEO@,540000,1800000,true,"a1","audio_seg_@NAME.m4s",@AUDIO@,288000,48000,true
"video",90000,180,"${SHA256}","audio",48000,300,"${SHA256}"`;

const SESSION = `'@STREAM-' || d."name"`;
const DIRECTORY = `'@STREAM/' || d."path"`;

export interface WantedRows {
  readonly segments: number;
  readonly streams: number;
  /** Of the busy stream. */
  readonly busyPerDay: number;
  /** Midnight before it. */
  readonly lastDay: Date;
}

/** The day and night of one stream. */
export const SEGMENTS_PER_DAY = DAY_MS / SEGMENT_MS;

/** @returns how many segments were made */
export async function generateRows(
  dataSource: DataSource,
  { segments: wanted, streams, busyPerDay, lastDay }: WantedRows,
): Promise<number> {
  const perDay = Math.max(1, Math.floor((wanted - DAYS * busyPerDay) / (DAYS * (streams - 1))));
  await makeHelpers(dataSource, lastDay);
  for (let number = 0; number < streams; number += 1) {
    const stream = `cam-${String(number)}`;
    const segments = stream === BUSY_STREAM ? busyPerDay : perDay;
    for (const statement of statements(dataSource.options.type === 'postgres', segments)) {
      await dataSource.query(statement.replaceAll('@STREAM', stream));
    }
  }
  await dataSource.query(dataSource.options.type === 'postgres' ? 'VACUUM ANALYZE' : 'ANALYZE');
  for (const table of Object.values(HELPERS)) await dataSource.query(`DROP TABLE "${table}"`);
  return DAYS * busyPerDay + DAYS * perDay * (streams - 1);
}

/**
 * @returns midnight before the last day that rows were generated of
 * @throws {Error} when not all of them were
 */
export async function findLastDay(dataSource: DataSource): Promise<Date> {
  const queryRunner = dataSource.createQueryRunner();
  const isUnfinished = await queryRunner.hasTable(HELPERS.days);
  await queryRunner.release();
  if (isUnfinished) throw new Error('The rows were not generated to their end: begin with an empty database.');
  const [last] = await dataSource.query<{ at: string | Date }[]>(
    `SELECT MAX("started_at") AS "at" FROM "session_parts" WHERE "stream" = '${BUSY_STREAM}'`,
  );
  return new Date(last?.at ?? NaN);
}

async function makeHelpers(dataSource: DataSource, lastDay: Date): Promise<void> {
  await dataSource.query('CREATE TABLE "bench_numbers" ("i" bigint PRIMARY KEY, "name" varchar(8))');
  await dataSource.query(
    'CREATE TABLE "bench_days" ("name" varchar(8), "path" varchar(10), "at" varchar(24), "end_at" varchar(24), "y" integer, "m" integer, "d" integer)',
  );
  const numbers = Array.from({ length: SEGMENTS_PER_DAY }, (_, index) => index + 1);
  const pairs = numbers.map((number) => `(${String(number)}, '${String(number).padStart(4, '0')}')`);
  await dataSource.query(`INSERT INTO "bench_numbers" VALUES ${pairs.join(', ')}`);
  const days = Array.from({ length: DAYS }, (_, index) => {
    const at = new Date(lastDay.getTime() - index * DAY_MS);
    const [date = ''] = at.toISOString().split('T');
    const end = new Date(at.getTime() + DAY_MS - 1).toISOString();
    const [year, month, day] = date.split('-').map(Number);
    return `('${date.replaceAll('-', '')}', '${date.replaceAll('-', '/')}', '${at.toISOString()}', '${end}', ${[year, month, day].join(', ')})`;
  });
  await dataSource.query(`INSERT INTO "bench_days" VALUES ${days.join(', ')}`);
}

function statements(isPostgres: boolean, segments: number): string[] {
  const cast = (value: string, type: string): string => (isPostgres ? `CAST(${value} AS ${type})` : value);
  const at = cast('d."at"', 'timestamptz');
  const end = cast('d."end_at"', 'timestamptz');
  const lengthMs = segments * SEGMENT_MS;
  const sizeBytes = segments * 1_848_000;
  const objects = [
    ['@DIRECTORY', DIRECTORY],
    ['@NAME', 'n."name"'],
    ['@VIDEO@', `CAST((n."i" - 1) * 540000 AS ${isPostgres ? 'varchar' : 'text'})`],
    ['@AUDIO@', `CAST((n."i" - 1) * 288000 AS ${isPostgres ? 'varchar' : 'text'})`],
  ].reduce((text, [name = '', value = '']) => `replace(${text}, '${name}', ${value})`, `'${TEMPLATE}'`);
  const tracks = ['v1', 'a1'].map((id) => {
    const [kind, codec, string, timescale, init] =
      id === 'v1' ? ['video', 'H264', 'avc1.42E01F', 90_000, 'init'] : ['audio', 'opus', 'opus', 48_000, 'audio_init'];
    const picture = id === 'v1' ? '1280, 720, NULL, NULL' : 'NULL, NULL, 48000, 2';
    return `INSERT INTO "tracks" ("directory", "session_id", "track_id", "kind", "codec_name", "codec_string", "timescale", "init_object_key", "init_size_bytes", "init_sha256", "width", "height", "sample_rate", "channels", "created_at")
      SELECT ${DIRECTORY}, ${SESSION}, '${id}', '${kind}', '${codec}', '${string}', ${String(timescale)}, ${DIRECTORY} || '/${init}.m4s', 700, '${id}', ${picture}, ${at} FROM "bench_days" d`;
  });
  return [
    `INSERT INTO "segments" ("directory", "number", "session_id", "period", "start_ms", "duration_ms", "size_bytes", "state", "objects", "created_at")
      SELECT ${DIRECTORY}, n."i", ${SESSION}, 0, (n."i" - 1) * ${String(SEGMENT_MS)}, ${String(SEGMENT_MS)}, 1848000, 'local', ${objects}, ${at}
      FROM "bench_days" d CROSS JOIN "bench_numbers" n WHERE n."i" <= ${String(segments)}`,
    `INSERT INTO "session_parts" ("directory", "session_id", "stream", "started_at", "first_number", "segment_count", "start_ms", "end_ms", "size_bytes")
      SELECT ${DIRECTORY}, ${SESSION}, '@STREAM', ${at}, 1, ${String(segments)}, 0, ${String(lengthMs)}, ${String(sizeBytes)} FROM "bench_days" d`,
    `INSERT INTO "recordings" ("id", "stream", "year", "month", "day", "mpd_path", "created_at", "updated_at")
      SELECT ${SESSION}, '@STREAM', d."y", d."m", d."d", ${DIRECTORY} || '/manifest.mpd', ${at}, ${at} FROM "bench_days" d`,
    `INSERT INTO "recording_sessions" ("id", "stream", "node_alias", "trigger", "state", "directory", "mpd_path", "started_at", "ended_at", "anchored_at", "first_media_ms", "end_ms", "duration_ms", "size_bytes", "segment_count", "next_period", "gap_count", "gap_ms", "published_at", "created_at", "updated_at")
      SELECT ${SESSION}, '@STREAM', 'bench', 'auto', 'completed', ${DIRECTORY}, ${DIRECTORY} || '/manifest.mpd', ${at}, ${end}, ${at}, 0, ${String(lengthMs)}, ${String(lengthMs)}, ${String(sizeBytes)}, ${String(segments)}, 1, 4, 400, ${end}, ${at}, ${at} FROM "bench_days" d`,
    `INSERT INTO "gaps" ("session_id", "kind", "start_ms", "duration_ms", "cause", "created_at")
      SELECT ${SESSION}, 'video', n."i" * 20000, 100, 'loss', ${at} FROM "bench_days" d CROSS JOIN "bench_numbers" n WHERE n."i" <= 4`,
    `INSERT INTO "gap_sums" ("session_id", "kind", "cause", "gap_count", "gap_ms", "end_ms")
      SELECT ${SESSION}, 'video', 'loss', 4, 400, 80100 FROM "bench_days" d`,
    ...tracks,
  ];
}
