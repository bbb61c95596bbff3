import type { AppConfig } from './schema.js';

type StorageTable = AppConfig['recorder']['storage'] | AppConfig['recorder']['backup_storage'];
type OptionName = Exclude<keyof StorageTable, 'type'>;

export interface FsStorageConfig {
  readonly type: 'fs';
  /** Folder of the objects. */
  readonly root: string;
}

export interface S3StorageConfig {
  readonly type: 's3';
  readonly bucket: string;
  /** Prefix of every object without slashes at its ends, or empty. */
  readonly root: string;
  /** Undefined: asked of the bucket. */
  readonly region: string | undefined;
  /** Undefined: AWS. */
  readonly endpoint: string | undefined;
  /** Undefined: the default chain, or nobody when that is disabled. */
  readonly credentials:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string | undefined }
    | undefined;
  readonly isConfigLoadDisabled: boolean;
  readonly isVirtualHostStyle: boolean;
  readonly checksum: 'auto' | 'supported' | 'required';
}

export interface OssStorageConfig {
  readonly type: 'oss';
  readonly bucket: string;
  /** Prefix of every object without slashes at its ends, or empty. */
  readonly root: string;
  readonly region: string;
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string | undefined;
}

/** The bucket of a live777 manager, by URLs that the manager signs. */
export interface LivemanStorageConfig {
  readonly type: 'liveman';
  /** Origin of the manager. */
  readonly url: string;
  /** Undefined: the manager asks nobody. */
  readonly token: string | undefined;
  /** How long a signed URL is asked for. */
  readonly presignSeconds: number;
}

/** What a driver is made from: the options of its own kind, checked. */
export type StorageConfig = FsStorageConfig | S3StorageConfig | OssStorageConfig | LivemanStorageConfig;

const DEFAULT_FOLDER = './data/recordings';

interface OptionRules {
  readonly allowed: readonly OptionName[];
  readonly required: readonly OptionName[];
}

const RULES: Readonly<Record<StorageTable['type'], OptionRules>> = {
  none: { allowed: [], required: [] },
  fs: { allowed: ['root'], required: [] },
  s3: {
    allowed: [
      'root',
      'bucket',
      'region',
      'endpoint',
      'access_key_id',
      'secret_access_key',
      'session_token',
      'disable_config_load',
      'enable_virtual_host_style',
      'checksum',
    ],
    required: ['bucket'],
  },
  oss: {
    allowed: ['root', 'bucket', 'region', 'endpoint', 'access_key_id', 'access_key_secret', 'security_token'],
    required: ['bucket', 'region', 'endpoint', 'access_key_id', 'access_key_secret'],
  },
};

/** Options that come in pairs: the first is worth nothing without the second. */
const PAIRS: readonly (readonly [OptionName, OptionName])[] = [
  ['access_key_id', 'secret_access_key'],
  ['secret_access_key', 'access_key_id'],
  ['session_token', 'access_key_id'],
];

const PRINTABLE = /^[\x21-\x7e]+$/;
const SECRETS: readonly OptionName[] = ['secret_access_key', 'session_token', 'access_key_secret', 'security_token'];
/** What S3 and stores like it take, and what can stand in what is signed. */
const S3_FORMS: readonly (readonly [OptionName, RegExp, string])[] = [
  [
    'bucket',
    /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/,
    'a name of 3 to 255 letters, digits, single dots, hyphens and underscores',
  ],
  ['region', /^[A-Za-z0-9_-]+$/, 'a name such as "eu-central-1"'],
  ['access_key_id', PRINTABLE, 'a key without spaces and line breaks'],
  ['secret_access_key', PRINTABLE, 'a key without spaces and line breaks'],
  ['session_token', PRINTABLE, 'a token without spaces and line breaks'],
];
/** What the client of OSS takes. */
const OSS_FORMS: readonly (readonly [OptionName, RegExp, string])[] = [
  [
    'bucket',
    /^[a-z0-9_][a-z0-9_-]{1,61}[a-z0-9_]$/,
    'a name of 3 to 63 small letters, digits, hyphens and underscores',
  ],
  ['region', /^[A-Za-z0-9_-]+$/, 'a name such as "oss-cn-hangzhou"'],
  ['endpoint', /^https?:\/\/[A-Za-z0-9._-]+(:\d+)?\/?$/i, 'the URL of a host name or an IPv4 address'],
  ['access_key_id', PRINTABLE, 'a key without spaces and line breaks'],
  ['access_key_secret', PRINTABLE, 'a key without spaces and line breaks'],
  ['security_token', PRINTABLE, 'a token without spaces and line breaks'],
];
/** Leaves half of what S3 and OSS take for the names of the objects themselves. */
const MAX_PREFIX_BYTES = 512;
/** Parts that climb or are empty, backslashes and control characters: as in the names of objects. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const WRONG_PREFIX = /(^|\/)\.{0,2}(\/|$)|[\u0000-\u001f\u007f-\u009f\\]/;

/**
 * @param key of the table, `recorder.storage`
 * @returns one sentence for each option that is missing or belongs to another kind of storage
 */
export function storageProblems(key: string, table: StorageTable): string[] {
  const { allowed, required } = RULES[table.type];
  const names = Object.keys(table).filter((name): name is OptionName => name !== 'type');
  const isSet = (name: OptionName): boolean => table[name] !== '' && table[name] !== false && table[name] !== 'auto';
  const problems = required
    .filter((name) => !isSet(name))
    .map((name) => `${key}.${name} is missing: ${key}.type = "${table.type}" needs it.`);
  for (const name of names) {
    if (isSet(name) && !allowed.includes(name)) {
      problems.push(
        `${key}.${name} is set, which ${key}.type = "${table.type}" has no use for: remove one of the two.`,
      );
    }
  }
  if (isBucket(table)) problems.push(...nameProblems(key, table));
  if (table.type !== 's3') return problems;
  for (const [name, other] of PAIRS) {
    if (isSet(name) && !isSet(other))
      problems.push(`${key}.${name} is set without ${key}.${other}: set both or neither.`);
  }
  return problems;
}

function isBucket({ type }: StorageTable): boolean {
  return type === 's3' || type === 'oss';
}

function nameProblems(key: string, table: StorageTable): string[] {
  const prefix = prefixOf(table);
  const problems = formProblems(key, table, table.type === 'oss' ? OSS_FORMS : S3_FORMS);
  if (prefix !== '' && (WRONG_PREFIX.test(prefix) || Buffer.byteLength(prefix) > MAX_PREFIX_BYTES)) {
    problems.push(
      `${key}.root is ${JSON.stringify(table.root)} and must be names with slashes between them, at most ${MAX_PREFIX_BYTES} bytes.`,
    );
  }
  return problems;
}

function formProblems(key: string, table: StorageTable, forms: typeof S3_FORMS): string[] {
  const wrong = forms.filter(([name, form]) => table[name] !== '' && !form.test(String(table[name])));
  return wrong.map(([name, , words]) => {
    const shown = SECRETS.includes(name) ? '(hidden)' : JSON.stringify(table[name]);
    return `${key}.${name} is ${shown} and must be ${words}.`;
  });
}

function prefixOf({ root }: StorageTable): string {
  return root.replace(/^\/+|\/+$/g, '');
}

/** @param table has no {@link storageProblems} */
export function storageConfigOf(table: StorageTable): StorageConfig | undefined {
  const { bucket, endpoint, region } = table;
  const root = prefixOf(table);
  switch (table.type) {
    case 'none':
      return undefined;
    case 'fs':
      return { type: 'fs', root: table.root === '' ? DEFAULT_FOLDER : table.root };
    case 's3':
      return {
        type: 's3',
        bucket,
        root,
        region: optional(region),
        endpoint: optional(endpoint),
        credentials: s3Credentials(table),
        isConfigLoadDisabled: table.disable_config_load,
        isVirtualHostStyle: table.enable_virtual_host_style,
        checksum: table.checksum,
      };
    case 'oss':
      return {
        type: 'oss',
        bucket,
        root,
        region,
        endpoint,
        accessKeyId: table.access_key_id,
        accessKeySecret: table.access_key_secret,
        securityToken: optional(table.security_token),
      };
  }
}

function s3Credentials(table: StorageTable): S3StorageConfig['credentials'] {
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token: token } = table;
  return accessKeyId === '' ? undefined : { accessKeyId, secretAccessKey, sessionToken: optional(token) };
}

function optional(text: string): string | undefined {
  return text === '' ? undefined : text;
}
