import { RetentionPolicy } from './retention-policy.js';

const HOUR_MS = 3_600_000;
const NOTHING = {
  max_age_hours: 0,
  max_bytes: 0,
  min_free_bytes: 0,
  delete_before_upload: false,
  trim_running: false,
  every_seconds: 60,
  rules: [],
};

it('is off where nothing is limited', () => {
  const policy = new RetentionPolicy({ ...NOTHING, rules: [{ streams: '*', max_age_hours: 0 }] });

  expect(policy.isOn).toBe(false);
  expect(policy.limitsOf('cam')).toEqual({ maxAgeMs: undefined, maxBytes: undefined });
});

it.each([
  { max_age_hours: 1 },
  { max_bytes: 1 },
  { min_free_bytes: 1 },
  { rules: [{ streams: 'a', max_age_hours: 1 }] },
  { rules: [{ streams: 'a', max_bytes: 1 }] },
])('is on with %j', (limits) => {
  expect(new RetentionPolicy({ ...NOTHING, ...limits }).isOn).toBe(true);
});

it('goes by the first rule that fits, and by the usual age where that says none', () => {
  const rules = [
    { streams: 'cam-1', max_age_hours: 0 },
    { streams: 'cam-*', max_bytes: 500 },
    { streams: 'cam-2', max_age_hours: 2 },
  ];
  const policy = new RetentionPolicy({ ...NOTHING, max_age_hours: 48, rules });

  expect(policy.limitsOf('cam-1')).toEqual({ maxAgeMs: undefined, maxBytes: undefined });
  expect(policy.limitsOf('cam-2')).toEqual({ maxAgeMs: 48 * HOUR_MS, maxBytes: 500 });
  expect(policy.limitsOf('studio')).toEqual({ maxAgeMs: 48 * HOUR_MS, maxBytes: undefined });
});
