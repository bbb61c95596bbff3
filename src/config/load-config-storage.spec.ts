import { ConfigFolder } from './testing/config-folder.js';

const folder = new ConfigFolder();

describe('the storage of the configuration', () => {
  it('is read by the names of the documents, secrets from the environment', () => {
    const file = `
      [recorder.storage]
      type = "s3"
      bucket = "live777-recordings"
      root = "/recordings"
      region = "us-east-1"
      endpoint = "http://localhost:9000"
      enable_virtual_host_style = false
    `;
    const env = {
      AIRCHECK_RECORDER_STORAGE_ACCESS_KEY_ID: 'minioadmin',
      AIRCHECK_RECORDER_STORAGE_SECRET_ACCESS_KEY: 's3cret',
      AIRCHECK_RECORDER_BACKUP_STORAGE_TYPE: 's3',
      AIRCHECK_RECORDER_BACKUP_STORAGE_BUCKET: 'second',
    };

    const { config, warnings } = folder.load(env, file);

    expect(warnings).toEqual([]);
    expect(config.recorder).toMatchObject({
      storage: { type: 's3', root: '/recordings', access_key_id: 'minioadmin', secret_access_key: 's3cret' },
      backup_storage: { type: 's3', bucket: 'second' },
    });
  });

  it.each<[Record<string, string>, string[]]>([
    [
      { AIRCHECK_RECORDER_STORAGE_TYPE: 's3' },
      ['recorder.storage.bucket is missing: recorder.storage.type = "s3" needs it.'],
    ],
    [
      { AIRCHECK_RECORDER_STORAGE_TYPE: 'gcs' },
      ['recorder.storage.type (from AIRCHECK_RECORDER_STORAGE_TYPE) is "gcs" and must be fs, s3 or oss.'],
    ],
    [
      {
        AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
        AIRCHECK_RECORDER_STORAGE_BUCKET: 'media',
        AIRCHECK_RECORDER_STORAGE_ENDPOINT: 'localhost:9000',
      },
      [
        'recorder.storage.endpoint (from AIRCHECK_RECORDER_STORAGE_ENDPOINT) is "localhost:9000" and must be an http:// or https:// URL without path and without credentials.',
      ],
    ],
    [
      { AIRCHECK_RECORDER_BACKUP_STORAGE_TYPE: 's3', AIRCHECK_RECORDER_BACKUP_STORAGE_BUCKET: 'second' },
      ['recorder.backup_storage.type is set while recorder.storage.type is "fs": a backup is for buckets.'],
    ],
    [
      {
        AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
        AIRCHECK_RECORDER_STORAGE_BUCKET: 'media',
        AIRCHECK_RECORDER_STORAGE_SECRET_ACCESS_KEY: `s3cret${'x'.repeat(5_000)}`,
      },
      [
        'recorder.storage.secret_access_key (from AIRCHECK_RECORDER_STORAGE_SECRET_ACCESS_KEY) is (hidden) and must be a text.',
      ],
    ],
    [
      {
        AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
        AIRCHECK_RECORDER_STORAGE_BUCKET: 'media',
        AIRCHECK_RECORDER_STORAGE_SECRET_ACCESS_KEY: 's3cret',
      },
      ['recorder.storage.secret_access_key is set without recorder.storage.access_key_id: set both or neither.'],
    ],
    [
      { AIRCHECK_RECORDER_UPLOAD_CONCURRENCY: '0' },
      [
        'recorder.upload.concurrency (from AIRCHECK_RECORDER_UPLOAD_CONCURRENCY) is 0 and must be a whole number from 1 to 64.',
      ],
    ],
  ])('that is wrong stops the start: %j', (env, sentences) => {
    expect(folder.problems(env)).toEqual(sentences);
  });
});
