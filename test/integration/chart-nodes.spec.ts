import { Chart } from '../support/chart/chart.js';
import { BUCKET, POSTGRES } from '../support/chart/matrix.js';
import { describeWith } from '../support/tools.js';

const SEVERAL = { ...POSTGRES, replicas: 3 };
const mountedAt = (mountPath: string, volume: object, more: object = {}): object => ({
  ...SEVERAL,
  settings: { AIRCHECK_RECORDER_STORAGE_ROOT: '/srv/recordings/live' },
  extraVolumes: [{ name: 'shared', ...volume }],
  extraVolumeMounts: [{ name: 'shared', mountPath, ...more }],
});
const CLAIM = { persistentVolumeClaim: { claimName: 'recordings' } };

const MANAGED_BUCKET = {
  AIRCHECK_RECORDER_UPLOAD_ENABLED: true,
  AIRCHECK_RECORDER_UPLOAD_LIVEMAN_URL: 'https://liveman.example.org',
};

/** Each node would have recordings that the others do not find. */
const APART: readonly (readonly [string, object, string])[] = [
  ['a volume each', SEVERAL, 'replicas'],
  ['a volume each, and more of them with the load', { ...POSTGRES, autoscaling: { enabled: true } }, 'autoscaling'],
  [
    'a volume each that others might mount',
    { ...SEVERAL, persistence: { accessModes: ['ReadWriteMany'] } },
    'replicas',
  ],
  ['a folder each by name', { ...SEVERAL, settings: { AIRCHECK_RECORDER_STORAGE_TYPE: 'fs' } }, 'replicas'],
  [
    'a backup',
    {
      ...SEVERAL,
      settings: { AIRCHECK_RECORDER_BACKUP_STORAGE_TYPE: 's3', AIRCHECK_RECORDER_BACKUP_STORAGE_BUCKET: 'second' },
    },
    'replicas',
  ],
  [
    'a folder each by extraEnv',
    { ...SEVERAL, extraEnv: [{ name: 'AIRCHECK_RECORDER_STORAGE_TYPE', value: 'fs' }] },
    'replicas',
  ],
  ['a folder that goes with the pod', mountedAt('/srv/recordings', { emptyDir: {} }), 'replicas'],
  ['a folder beside the claim', mountedAt('/srv/rec', CLAIM), 'replicas'],
  ['a folder each on the claim', mountedAt('/srv/recordings', CLAIM, { subPathExpr: '$(POD_NAME)' }), 'replicas'],
];

const TOGETHER: readonly (readonly [string, object])[] = [
  ['a bucket', { ...SEVERAL, ...BUCKET }],
  ['a bucket, and more with the load', { ...POSTGRES, ...BUCKET, autoscaling: { enabled: true } }],
  ['the bucket of a manager', { ...SEVERAL, settings: MANAGED_BUCKET }],
  ['a Secret that may name one', { ...SEVERAL, existingSecret: 'aircheck' }],
  ['a file that may name one', { ...SEVERAL, extraEnv: [{ name: 'AIRCHECK_CONFIG', value: '/etc/aircheck.toml' }] }],
  ['a claim that all mount', mountedAt('/srv/recordings', CLAIM)],
  ['a claim that all mount, at the folder itself', mountedAt('/srv/recordings/live/', CLAIM)],
  ['NFS', mountedAt('/srv', { nfs: { server: 'nfs.example.org', path: '/recordings' } })],
  ['Azure Files', mountedAt('/srv', { azureFile: { secretName: 'azure', shareName: 'recordings' } })],
  ['one node alone', POSTGRES],
];

describeWith('helm')('several nodes of the chart', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  it.each(APART)('are refused with %s', async (_what, values, name) => {
    const { exitCode, output } = await chart.template(values);

    expect(exitCode).not.toBe(0);
    expect(output).toMatch(new RegExp(`${name}.*: more than one node needs .*settings.AIRCHECK_RECORDER_STORAGE_TYPE`));
  });

  it.each(TOGETHER)('are taken with %s', async (_what, values) => {
    const { exitCode, output } = await chart.template(values);

    expect({ exitCode, said: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, said: '' });
  });
});
