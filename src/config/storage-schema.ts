import { z } from 'zod';
import { isHttpUrlOrEmpty } from './formats.js';
import { flag, oneOf, setting, text, wholeNumber } from './setting.js';

/** The options of every kind of storage side by side, as in the file; `storage-options.ts` says which belong to which. */
const storageOptions = {
  root: text({
    description:
      'fs: folder of the recordings, empty for ./data/recordings. s3, oss: prefix of every object, empty for none.',
    unit: 'path',
  }),
  bucket: text({ description: 's3, oss: the bucket.', unit: 'name' }),
  region: text({
    description: 's3: its region, empty to ask the bucket. oss: its region, such as oss-cn-hangzhou.',
    unit: 'name',
  }),
  endpoint: setting(z.string().refine(isHttpUrlOrEmpty).default(''), {
    description: 's3: URL of a store that is not AWS, empty for AWS. oss: URL of the region.',
    unit: 'URL',
    allowed: 'an http:// or https:// URL without path and without credentials',
    secret: 'credentials',
  }),
  access_key_id: text({
    description: 's3, oss: access key. s3: empty for those of the environment, the files or the role of the machine.',
    unit: 'key',
  }),
  secret_access_key: text({ description: 's3: its secret.', unit: 'secret', secret: 'value' }),
  session_token: text({ description: 's3: token of temporary credentials.', unit: 'secret', secret: 'value' }),
  disable_config_load: flag(
    's3: takes no credentials from environment, files or role; without keys requests are not signed.',
  ),
  enable_virtual_host_style: flag('s3: puts the bucket into the host name instead of the path.'),
  checksum: oneOf(
    ['auto', 'supported', 'required'],
    'auto',
    's3: checksums beyond MD5: wherever the store supports them, or only where it requires them. auto: supported on AWS, required elsewhere.',
  ),
  access_key_secret: text({ description: 'oss: secret of the access key.', unit: 'secret', secret: 'value' }),
  security_token: text({ description: 'oss: STS token of temporary credentials.', unit: 'secret', secret: 'value' }),
};

export const storage = z.strictObject({
  type: oneOf(['fs', 's3', 'oss'], 'fs', 'Where recordings are kept: fs is a folder, s3 and oss are buckets.'),
  ...storageOptions,
});

export const backupStorage = z.strictObject({
  type: oneOf(
    ['none', 's3', 'oss'],
    'none',
    'A second bucket for what the first has refused for recorder.backup_after_seconds; options as of recorder.storage.',
  ),
  ...storageOptions,
});

const NO_EFFECT = 'Known from live777 and without effect: what is to be uploaded stands in the database.';

export const upload = z.strictObject({
  enabled: flag(
    'Keeps recordings in the bucket of a liveman manager, by URLs that it signs; recorder.storage.type stays fs.',
  ),
  liveman_url: setting(z.string().refine(isHttpUrlOrEmpty).default(''), {
    description: 'The manager.',
    unit: 'URL',
    allowed: 'an http:// or https:// URL without path',
  }),
  liveman_token: setting(
    z
      .string()
      .max(4096)
      .regex(/^[\x21-\x7e]*$/)
      .default(''),
    {
      description: 'Bearer token for the manager, empty where it asks for none.',
      unit: 'token',
      allowed: 'a token of at most 4096 characters without spaces',
      secret: 'value',
    },
  ),
  presign_ttl_seconds: wholeNumber({
    min: 30,
    max: 604_800,
    default: 300,
    unit: 'seconds',
    description: 'How long the URLs are asked to be good.',
  }),
  local_dir: text({ description: 'With enabled: another name of recorder.spool_dir.', unit: 'path' }),
  queue_path: text({ description: NO_EFFECT, unit: 'path' }),
  interval_ms: wholeNumber({ min: 0, max: 86_400_000, default: 2000, unit: 'milliseconds', description: NO_EFFECT }),
  concurrency: wholeNumber({
    min: 1,
    max: 64,
    default: 4,
    unit: 'uploads',
    description: 's3, oss, liveman: how many objects are uploaded side by side.',
  }),
});
