import { ConfigError } from './config.errors.js';
import { loadConfig } from './load-config.js';

const S3 = { AIRCHECK_RECORDER_STORAGE_TYPE: 's3', AIRCHECK_RECORDER_STORAGE_BUCKET: 'recordings' };

function problems(env: Record<string, string>): readonly string[] {
  try {
    loadConfig({ env, cwd: '/nowhere' });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

it('keeps everything for ever where nothing is said', () => {
  expect(loadConfig({ env: {}, cwd: '/nowhere' }).config.retention).toEqual({
    max_age_hours: 0,
    max_bytes: 0,
    min_free_bytes: 0,
    delete_before_upload: false,
    trim_running: false,
    every_seconds: 60,
    rules: [],
  });
});

it('takes rules for streams as tables', () => {
  const rules = [
    { streams: 'cam-*', max_age_hours: 24 },
    { streams: '*', max_bytes: 1e12 },
  ];

  const { config } = loadConfig({ env: { AIRCHECK_RETENTION_RULES: JSON.stringify(rules) }, cwd: '/nowhere' });

  expect(config.retention.rules).toEqual(rules);
});

it.each(['[{"max_age_hours":24}]', '[{"streams":"*","max_age_hours":-1}]', '[{"streams":"*","days":1}]', 'cam-*'])(
  'refuses the rules %s',
  (rules) => {
    expect(problems({ AIRCHECK_RETENTION_RULES: rules })).toEqual([
      expect.stringContaining('must be a list of tables with streams'),
    ]);
  },
);

it.each([
  ['1000', '1000', {}, 'the first must be more'],
  ['2000', '1000', S3, 'recorder.spool_keep'],
])('refuses retention.min_free_bytes = %s where it cannot help', (retained, refused, env, reason) => {
  const sizes = { AIRCHECK_RETENTION_MIN_FREE_BYTES: retained, AIRCHECK_RECORDER_MIN_FREE_BYTES: refused };

  expect(problems({ ...sizes, ...env })).toEqual([expect.stringContaining(reason)]);
});

it('takes a space to keep free that is more than what recordings are refused below', () => {
  const sizes = { AIRCHECK_RETENTION_MIN_FREE_BYTES: '1001', AIRCHECK_RECORDER_MIN_FREE_BYTES: '1000' };

  expect(problems(sizes)).toEqual([]);
});
