import { configSchema, type AppConfig } from './schema.js';
import { storageConfigOf, storageProblems } from './storage-options.js';

type Table = AppConfig['recorder']['storage'];

function table(options: Partial<Table>): Table {
  return configSchema.parse({ recorder: { storage: options } }).recorder.storage;
}

function backupTable(options: object): AppConfig['recorder']['backup_storage'] {
  return configSchema.parse({ recorder: { backup_storage: options } }).recorder.backup_storage;
}

const oss = {
  type: 'oss',
  bucket: 'media',
  region: 'oss-cn-hangzhou',
  endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
  access_key_id: 'key',
  access_key_secret: 'secret',
} as const;

describe('storageProblems', () => {
  it.each<Partial<Table>>([
    {},
    { type: 'fs', root: '/var/lib/records' },
    { type: 's3', bucket: 'my-live777-bucket', root: '/recordings', region: 'us-east-1' },
    { type: 's3', bucket: 'media', access_key_id: 'key', secret_access_key: 'secret', session_token: 'token' },
    { type: 's3', bucket: 'media', disable_config_load: true, enable_virtual_host_style: true, checksum: 'required' },
    { type: 's3', bucket: 'media', endpoint: 'http://localhost:9000', root: 'a/..b/c.d/' },
    { type: 's3', bucket: 'media', root: '/' },
    oss,
    { ...oss, region: 'cn-hangzhou', endpoint: 'http://127.0.0.1:9000' },
    { ...oss, root: 'records', security_token: 'token' },
  ])('finds none in %j', (options) => {
    expect(storageProblems('recorder.storage', table(options))).toEqual([]);
  });

  it.each<[Partial<Table>, string[]]>([
    [{ type: 's3' }, ['recorder.storage.bucket is missing: recorder.storage.type = "s3" needs it.']],
    [
      { type: 'oss' },
      ['bucket', 'region', 'endpoint', 'access_key_id', 'access_key_secret'].map(
        (name) => `recorder.storage.${name} is missing: recorder.storage.type = "oss" needs it.`,
      ),
    ],
    [
      { type: 'fs', bucket: 'media', disable_config_load: true, checksum: 'required' },
      ['bucket', 'disable_config_load', 'checksum'].map(
        (name) =>
          `recorder.storage.${name} is set, which recorder.storage.type = "fs" has no use for: remove one of the two.`,
      ),
    ],
    [
      { type: 's3', bucket: 'media', access_key_secret: 's3cret', security_token: 't0ken' },
      ['access_key_secret', 'security_token'].map(
        (name) =>
          `recorder.storage.${name} is set, which recorder.storage.type = "s3" has no use for: remove one of the two.`,
      ),
    ],
    [
      { ...oss, secret_access_key: 's3cret', session_token: 't0ken', enable_virtual_host_style: true },
      ['secret_access_key', 'session_token', 'enable_virtual_host_style'].map(
        (name) =>
          `recorder.storage.${name} is set, which recorder.storage.type = "oss" has no use for: remove one of the two.`,
      ),
    ],
    [
      { type: 's3', bucket: 'media', access_key_id: 'key' },
      ['recorder.storage.access_key_id is set without recorder.storage.secret_access_key: set both or neither.'],
    ],
    [
      { type: 's3', bucket: 'media', secret_access_key: 's3cret' },
      ['recorder.storage.secret_access_key is set without recorder.storage.access_key_id: set both or neither.'],
    ],
    [
      { type: 's3', bucket: 'media', session_token: 't0ken' },
      ['recorder.storage.session_token is set without recorder.storage.access_key_id: set both or neither.'],
    ],
    ...['a b', 'media/records', 's3://media', 'me', '-media'].map((bucket): [Partial<Table>, string[]] => [
      { type: 's3', bucket },
      [
        `recorder.storage.bucket is "${bucket}" and must be a name of 3 to 255 letters, digits, single dots, hyphens and underscores.`,
      ],
    ]),
    ...(
      [
        ['bucket', 'UPPER..bad', 'a name of 3 to 255 letters, digits, single dots, hyphens and underscores'],
        ['region', '../../x', 'a name such as "eu-central-1"'],
        ['region', 'eu west 1', 'a name such as "eu-central-1"'],
      ] as const
    ).map(([name, value, words]): [Partial<Table>, string[]] => [
      { type: 's3', bucket: 'media', [name]: value },
      [`recorder.storage.${name} is "${value}" and must be ${words}.`],
    ]),
    [
      { type: 's3', bucket: 'media', access_key_id: 'key', secret_access_key: 'top\nsecret' },
      ['recorder.storage.secret_access_key is (hidden) and must be a key without spaces and line breaks.'],
    ],
    ...(
      [
        ['bucket', 'Media', 'a name of 3 to 63 small letters, digits, hyphens and underscores'],
        ['bucket', 'x'.repeat(64), 'a name of 3 to 63 small letters, digits, hyphens and underscores'],
        ['region', 'cn.hangzhou', 'a name such as "oss-cn-hangzhou"'],
        ['endpoint', 'http://[::1]:9000', 'the URL of a host name or an IPv4 address'],
      ] as const
    ).map(([name, value, words]): [Partial<Table>, string[]] => [
      { ...oss, [name]: value },
      [`recorder.storage.${name} is "${value}" and must be ${words}.`],
    ]),
    ...['../other', 'a/./b', 'a//b', 'a\\b', 'a\u0000b', '..', 'x'.repeat(513)].map(
      (root): [Partial<Table>, string[]] => [
        { ...oss, root },
        [
          `recorder.storage.root is ${JSON.stringify(root)} and must be names with slashes between them, at most 512 bytes.`,
        ],
      ],
    ),
  ])('says of %j what is wrong', (options, sentences) => {
    expect(storageProblems('recorder.storage', table(options))).toEqual(sentences);
  });

  it('shows no secret', () => {
    const secrets = { secret_access_key: 's3cret', session_token: 's3cret', access_key_secret: 's3cret' };

    for (const type of ['fs', 's3', 'oss'] as const) {
      expect(storageProblems('recorder.storage', table({ type, ...secrets })).join()).not.toContain('s3cret');
    }
  });

  it('says what a backup that is none has no use for', () => {
    expect(storageProblems('recorder.backup_storage', backupTable({ bucket: 'media' }))).toEqual([
      'recorder.backup_storage.bucket is set, which recorder.backup_storage.type = "none" has no use for: remove one of the two.',
    ]);
  });
});

describe('storageConfigOf', () => {
  it('keeps recordings in a folder that is named, or in the usual one', () => {
    expect(storageConfigOf(table({}))).toEqual({ type: 'fs', root: './data/recordings' });
    expect(storageConfigOf(table({ root: '/records/' }))).toEqual({ type: 'fs', root: '/records/' });
  });

  it('is undefined for a backup that is none', () => {
    expect(storageConfigOf(backupTable({}))).toBeUndefined();
  });

  it('asks S3 for what was not said', () => {
    expect(storageConfigOf(table({ type: 's3', bucket: 'media' }))).toEqual({
      type: 's3',
      bucket: 'media',
      root: '',
      region: undefined,
      endpoint: undefined,
      credentials: undefined,
      isConfigLoadDisabled: false,
      isVirtualHostStyle: false,
      checksum: 'auto',
    });
  });

  it('takes everything that was said of S3', () => {
    const options = {
      type: 's3',
      bucket: 'media',
      root: '//live/records/',
      region: 'eu-west-1',
      endpoint: 'http://localhost:9000',
      access_key_id: 'key',
      secret_access_key: 'secret',
      session_token: 'token',
      disable_config_load: true,
      enable_virtual_host_style: true,
      checksum: 'supported',
    } as const;

    expect(storageConfigOf(table(options))).toEqual({
      type: 's3',
      bucket: 'media',
      root: 'live/records',
      region: 'eu-west-1',
      endpoint: 'http://localhost:9000',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' },
      isConfigLoadDisabled: true,
      isVirtualHostStyle: true,
      checksum: 'supported',
    });
  });

  it('takes everything that was said of OSS', () => {
    expect(storageConfigOf(backupTable({ ...oss, root: '/records', security_token: 'token' }))).toEqual({
      type: 'oss',
      bucket: 'media',
      root: 'records',
      region: 'oss-cn-hangzhou',
      endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
      accessKeyId: 'key',
      accessKeySecret: 'secret',
      securityToken: 'token',
    });
  });
});
