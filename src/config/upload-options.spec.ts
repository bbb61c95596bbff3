import type { ConfigTable } from './config-file.js';
import { contradictions } from './contradictions.js';
import { configSchema, type AppConfig } from './schema.js';
import { mainStorageOf, takeUploadNames, uploadProblems } from './upload-options.js';

const on = { enabled: true, liveman_url: 'http://manager:8888' };

function config(recorder: object, others: object = {}): AppConfig {
  return configSchema.parse({ recorder, ...others });
}

describe('mainStorageOf', () => {
  it('is what recorder.storage says as long as nothing is uploaded to a manager', () => {
    const storage = { type: 's3', bucket: 'media' };

    expect(mainStorageOf(config({}).recorder)?.type).toBe('fs');
    expect(mainStorageOf(config({ storage, upload: { ...on, enabled: false } }).recorder)?.type).toBe('s3');
  });

  it('is the bucket of the manager', () => {
    const upload = { ...on, liveman_url: 'http://manager:8888/', liveman_token: 'token', presign_ttl_seconds: 60 };

    expect(mainStorageOf(config({ upload }).recorder)).toEqual({
      type: 'liveman',
      url: 'http://manager:8888',
      token: 'token',
      presignSeconds: 60,
    });
    expect(mainStorageOf(config({ upload: on }).recorder)).toMatchObject({ token: undefined, presignSeconds: 300 });
  });
});

describe('uploadProblems', () => {
  it.each([{}, { upload: on }, { upload: { liveman_token: 'token' }, storage: { type: 's3', bucket: 'media' } }])(
    'finds none in %j',
    (recorder) => {
      expect(uploadProblems(config(recorder).recorder)).toEqual([]);
    },
  );

  it.each([
    [{ upload: { enabled: true } }, ['recorder.upload.liveman_url is missing: recorder.upload.enabled needs it.']],
    [
      { upload: on, storage: { type: 'oss' } },
      [
        'recorder.upload.enabled is true while recorder.storage.type is "oss": recordings are kept in one bucket, remove one of the two.',
      ],
    ],
  ])('says what is wrong with %j', (recorder, problems) => {
    expect(uploadProblems(config(recorder).recorder)).toEqual(problems);
  });

  it.each([
    { liveman_url: 'manager:8888' },
    { liveman_url: 'http://manager/live' },
    { liveman_token: 'two words' },
    { presign_ttl_seconds: 29 },
    { queue: 'x' },
  ])('is not asked about %j, which the schema refuses', (upload) => {
    expect(configSchema.safeParse({ recorder: { upload } }).success).toBe(false);
  });
});

describe('contradictions', () => {
  it('lets the bucket of a manager have a backup', () => {
    const backup = { type: 's3', bucket: 'second' };

    expect(contradictions(config({ upload: on, backup_storage: backup }))).toEqual([]);
  });

  it('finds that a folder is kept free which is none', () => {
    const retention = { min_free_bytes: 2 ** 40 };

    expect(contradictions(config({ upload: on }, { retention }))).toEqual([
      'retention.min_free_bytes is set while recorder.upload.enabled is true: what the spool keeps is up to recorder.spool_keep.',
    ]);
  });
});

describe('takeUploadNames', () => {
  const given = (upload: object, recorder: object = {}): ConfigTable => ({ recorder: { ...recorder, upload } });

  it('leaves alone what is not enabled', () => {
    const table = given({ local_dir: './recordings', queue_path: './queue.jsonl', interval_ms: 2000 });

    expect(takeUploadNames(table)).toEqual({ warnings: [], problems: [] });
    expect(table).not.toHaveProperty('recorder.spool_dir');
  });

  it('takes local_dir for the spool, and says so once', () => {
    const table = given({ ...on, local_dir: './recordings' });

    expect(takeUploadNames(table)).toEqual({
      warnings: ['recorder.upload.local_dir is taken for recorder.spool_dir.'],
      problems: [],
    });
    expect(table).toHaveProperty('recorder.spool_dir', './recordings');
  });

  it('refuses two different folders, and takes one folder twice', () => {
    const upload = { ...on, local_dir: './recordings' };

    expect(takeUploadNames(given(upload, { spool_dir: './recordings' }))).toEqual({ warnings: [], problems: [] });
    expect(takeUploadNames(given(upload, { spool_dir: './spool' })).problems).toEqual([
      'recorder.upload.local_dir and recorder.spool_dir name different folders: remove one of the two.',
    ]);
  });

  it('says in one sentence which settings have no effect', () => {
    expect(takeUploadNames(given({ ...on, queue_path: './queue.jsonl', interval_ms: 2000 })).warnings).toEqual([
      'Without effect, since what is to be uploaded stands in the database: recorder.upload.queue_path, recorder.upload.interval_ms.',
    ]);
  });

  it('says that the folder of recorder.storage is not used', () => {
    expect(takeUploadNames(given(on, { storage: { type: 'fs', root: './storage' } })).warnings).toEqual([
      'recorder.storage.root has no effect with recorder.upload.enabled: recorder.spool_dir is recorded into.',
    ]);
  });
});
