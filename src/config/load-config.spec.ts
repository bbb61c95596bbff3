import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from './config.errors.js';
import { loadConfig, type LoadedConfig } from './load-config.js';

describe('loadConfig', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aircheck-config-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function load(env: Record<string, string> = {}, file?: string): LoadedConfig {
    if (file !== undefined) writeFileSync(join(folder, 'aircheck.toml'), file);
    return loadConfig({ env, cwd: folder });
  }

  function problems(env: Record<string, string>, file?: string): readonly string[] {
    try {
      load(env, file);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  }

  it('makes a whole configuration of nothing', () => {
    const { config, warnings } = load();

    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      http: { listen: '127.0.0.1:7777', cors: false },
      webrtc: { udp_port: 7777, announced_addresses: [] },
      recorder: {
        auto_streams: ['*'],
        segment_duration_seconds: 6,
        node_alias: hostname(),
        storage: { type: 'fs', root: '' },
      },
      database: {
        url: 'sqlite://./data/aircheck.db',
        max_connections: 10,
        connect_timeout: 30,
        statement_timeout_seconds: 30,
        lock_timeout_seconds: 10,
      },
      ice_servers: [],
      auth: { mode: 'auto', tokens: [], secret: '', jwks_url: '', issuer: '', audience: [], accounts: [] },
    });
  });

  it('takes the addresses of a dual-stack node as the downward API of Kubernetes writes them (status.hostIPs)', () => {
    const { config } = load({ AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '192.0.2.7,2001:db8::7' });

    expect(config.webrtc.announced_addresses).toEqual(['192.0.2.7', '2001:db8::7']);
  });

  it('announces an address once that is there twice', () => {
    const { config } = load({ AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '192.0.2.7,192.0.2.8,192.0.2.7' });

    expect(config.webrtc.announced_addresses).toEqual(['192.0.2.7', '192.0.2.8']);
  });

  describe('precedence', () => {
    it('takes the file before the default', () => {
      expect(load({}, '[log]\nlevel = "warn"').config.log.level).toBe('warn');
    });

    it('takes LOG_LEVEL before the file', () => {
      expect(load({ LOG_LEVEL: 'error' }, '[log]\nlevel = "warn"').config.log.level).toBe('error');
    });

    it('takes AIRCHECK_LOG_LEVEL before LOG_LEVEL', () => {
      expect(load({ LOG_LEVEL: 'error', AIRCHECK_LOG_LEVEL: 'debug' }).config.log.level).toBe('debug');
    });

    it('lets PORT change the port of the file and nothing else', () => {
      expect(load({ PORT: '8080' }, '[http]\nlisten = "127.0.0.2:9000"').config.http.listen).toBe('127.0.0.2:8080');
    });

    it('takes DATABASE_URL before the file', () => {
      const { config } = load({ DATABASE_URL: 'sqlite://env.db' }, '[database]\nurl = "sqlite://file.db?mode=rwc"');

      expect(config.database.url).toBe('sqlite://env.db');
    });

    it('reads .env below the real environment', () => {
      writeFileSync(join(folder, '.env'), 'AIRCHECK_LOG_LEVEL=trace\nAIRCHECK_ENGINE_WORKERS=3\n');

      const { config } = load({ AIRCHECK_LOG_LEVEL: 'warn', AIRCHECK_ENGINE_WORKERS: '' });

      expect(config.log.level).toBe('warn');
      expect(config.engine.workers).toBe(3);
    });
  });

  describe('the environment', () => {
    it('parses lists at commas and drops empty members', () => {
      expect(load({ AIRCHECK_RECORDER_AUTO_STREAMS: 'cam*, ,studio,' }).config.recorder.auto_streams).toEqual([
        'cam*',
        'studio',
      ]);
    });

    it('takes a single comma for the empty list', () => {
      expect(load({ AIRCHECK_RECORDER_AUTO_STREAMS: ',' }).config.recorder.auto_streams).toEqual([]);
    });

    it('parses lists of tables as JSON', () => {
      const servers = [{ urls: ['turn:turn.example.org?transport=tcp'], username: 'ann', credential: 'secret' }];

      expect(load({ AIRCHECK_ICE_SERVERS: JSON.stringify(servers) }).config.ice_servers).toEqual(servers);
    });

    it('counts an empty variable as absent', () => {
      expect(load({ AIRCHECK_HTTP_LISTEN: '', PORT: '' }).config.http.listen).toBe('127.0.0.1:7777');
    });

    it('warns once of all unknown variables, not of those that Kubernetes injects', () => {
      const { warnings } = load({
        AIRCHECK_TYPO: '1',
        AIRCHECK_ANOTHER: '2',
        AIRCHECK_PORT: 'tcp://10.0.0.1:80',
        AIRCHECK_PORT_7777_TCP_ADDR: '10.0.0.1',
        AIRCHECK_SERVICE_HOST: '10.0.0.1',
      });

      expect(warnings).toEqual(['Unknown variables are ignored: AIRCHECK_ANOTHER, AIRCHECK_TYPO.']);
    });
  });

  describe('a variable of storage that is none', () => {
    it.each([
      ['AIRCHECK_RECORDER_STORAGE_BUCKT', 'AIRCHECK_RECORDER_STORAGE_BUCKET'],
      ['AIRCHECK_RECORDER_STORAGE_ACCES_KEY', 'AIRCHECK_RECORDER_STORAGE_ACCESS_KEY_ID'],
      ['AIRCHECK_RECORDER_STORAGE_REGOIN', 'AIRCHECK_RECORDER_STORAGE_REGION'],
      ['AIRCHECK_RECORDER_BACKUP_STORAGE_TYP', 'AIRCHECK_RECORDER_BACKUP_STORAGE_TYPE'],
      ['AIRCHECK_RECORDER_UPLOAD_LIVEMAN', 'AIRCHECK_RECORDER_UPLOAD_LIVEMAN_URL'],
    ])('stops the start: %s', (name, nearest) => {
      expect(problems({ [name]: '1', AIRCHECK_TYPO: '1' })).toEqual([
        `${name} is not a setting: the nearest one is ${nearest}.`,
      ]);
    });

    it('is told with all else that is wrong', () => {
      expect(problems({ AIRCHECK_RECORDER_STORAGE_FOO: '1', AIRCHECK_HTTP_LISTEN: 'nowhere' })).toEqual([
        expect.stringContaining('AIRCHECK_RECORDER_STORAGE_FOO is not a setting') as string,
        expect.stringContaining('http.listen') as string,
      ]);
    });

    it('is absent when it is empty, and may be what Kubernetes injects for a Service of that name', () => {
      const { warnings } = load({
        AIRCHECK_RECORDER_STORAGE_FOO: '',
        AIRCHECK_RECORDER_STORAGE_SERVICE_HOST: '10.0.0.1',
        AIRCHECK_RECORDER_STORAGE_SERVICE_PORT_HTTP: '9000',
        AIRCHECK_RECORDER_STORAGE_PORT: 'tcp://10.0.0.1:9000',
        AIRCHECK_RECORDER_STORAGE_PORT_9000_TCP: 'tcp://10.0.0.1:9000',
      });

      expect(warnings).toEqual([]);
    });
  });

  describe('the file', () => {
    it('may be named by AIRCHECK_CONFIG', () => {
      writeFileSync(join(folder, 'other.toml'), '[log]\nlevel = "warn"');

      expect(load({ AIRCHECK_CONFIG: 'other.toml' }).config.log.level).toBe('warn');
    });

    it('must exist when it was named', () => {
      expect(problems({ AIRCHECK_CONFIG: 'absent.toml' })).toEqual([
        'The configuration file absent.toml cannot be read (ENOENT).',
      ]);
    });

    it('must be TOML', () => {
      expect(problems({}, '[http]\nlisten = \n')[0]).toMatch(/^aircheck\.toml, line 2, column \d+: /);
    });

    it('takes a whole live777.toml with one warning for each key that does nothing yet', () => {
      const { config, warnings } = load(
        {},
        `
        ice_servers = [{ urls = ["stun:stun.example.org:3478"] }]
        [http]
        listen = "127.0.0.1:7000"
        [strategy]
        each_stream_max_sub = 10
        auto_create_whip = true
        cascade_push_close_sub = true
        [recorder]
        auto_streams = ["cam*"]
        max_recording_seconds = 3600
        index_path = "./index"
        [stream."a.b"]
        on_demand = true
        sources = [{ url = "wheps://abc@example.org/whep/cam" }]
        [stream."a.b".channel]
        listen = "127.0.0.1:7000"
        target = "127.0.0.1:7001"
        [stream.c.hooks]
        on_publish_started = ["./started"]
        [stream.d]
        [[nodes]]
        alias = "one"
      `,
      );

      expect(config.recorder).toMatchObject({ auto_streams: ['cam*'], max_recording_seconds: 3600 });
      expect(config.strategy).toMatchObject({
        each_stream_max_sub: 10,
        auto_delete_whep: -1,
        cascade_push_close_sub: true,
      });
      expect(config.stream).toEqual({
        'a.b': {
          strategy: {},
          hooks: {},
          sources: [{ url: 'wheps://abc@example.org/whep/cam' }],
          on_demand: true,
          channel: { listen: '127.0.0.1:7000', target: '127.0.0.1:7001' },
        },
        c: { strategy: {}, hooks: { on_publish_started: ['./started'] } },
        d: { strategy: {}, hooks: {} },
      });
      expect(warnings).toEqual(
        ['recorder.index_path', 'nodes'].map((key) => `${key} is not supported yet and has no effect.`),
      );
    });

    it.each([
      ['of another kind', '{ url = "rtsp://camera" }'],
      ['that a file describes', '{ url = "file:///a.sdp" }'],
      ['beside another one', '{ url = "whep://a/whep/x" }, { url = "whep://b/whep/x" }'],
    ])('refuses a source %s', (_what, source) => {
      expect(problems({}, `[stream.cam]\nsources = [${source}]`)[0]).toContain(
        'RTSP, SDP files and capture are not read',
      );
    });

    it('takes the uploader of live777 as it is configured there', () => {
      const { config, warnings } = load(
        { AIRCHECK_RECORDER_UPLOAD_LOCAL_DIR: './live' },
        '[recorder.upload]\nenabled = true\nliveman_url = "http://manager:8888"\nliveman_token = "t"\ninterval_ms = 2000',
      );

      expect(config.recorder.spool_dir).toBe('./live');
      expect(warnings).toEqual([
        'recorder.upload.local_dir is taken for recorder.spool_dir.',
        'Without effect, since what is to be uploaded stands in the database: recorder.upload.interval_ms.',
      ]);
    });

    it('refuses an uploader that contradicts itself', () => {
      const file = '[recorder]\nspool_dir = "./a"\n[recorder.upload]\nenabled = true\nlocal_dir = "./b"';

      expect(problems({}, file)).toEqual([
        'recorder.upload.local_dir and recorder.spool_dir name different folders: remove one of the two.',
        'recorder.upload.liveman_url is missing: recorder.upload.enabled needs it.',
      ]);
    });

    it.each([
      ['[recorder]\nsegmnt = 3', 'recorder.segmnt is not a setting.'],
      ['[strategy]\nguess = 3', 'strategy.guess is not a setting.'],
      ['other = 1', 'other is not a setting.'],
      ['http = 5', 'http must be a table of settings.'],
    ])('is refused with a key that nobody knows: %j', (file, problem) => {
      expect(problems({}, file)).toEqual([problem]);
    });
  });

  describe('a wrong value', () => {
    it.each<[Record<string, string>, string]>([
      [
        { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: 'six' },
        'recorder.segment_duration_seconds (from AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS) is "six" and must be a whole number from 1 to 60.',
      ],
      [{ AIRCHECK_HTTP_CORS: 'yes' }, 'http.cors (from AIRCHECK_HTTP_CORS) is "yes" and must be true or false.'],
      [
        { LOG_LEVEL: 'loud' },
        'log.level (from LOG_LEVEL) is "loud" and must be trace, debug, info, warn, error, fatal or silent.',
      ],
      [
        { PORT: '99999' },
        'http.listen (from PORT) is "127.0.0.1:99999" and must be ip:port, [ip6]:port or localhost:port.',
      ],
      [
        { DATABASE_URL: 'mysql://ann:s3/cret@db/aircheck?password=s3cret' },
        'database.url (from DATABASE_URL) is "mysql://***@db/aircheck?***" and must be sqlite://PATH, with or without ?mode=rwc, or postgres://USER:PASSWORD@HOST:PORT/NAME.',
      ],
      [
        { AIRCHECK_AUTH_TOKENS: 's3cret' },
        'auth.tokens (from AIRCHECK_AUTH_TOKENS) is (hidden) and must be tokens of at least 8 characters, of 16 beyond loopback, without spaces and commas.',
      ],
      [
        { AIRCHECK_WEBRTC_TCP_PORT: '7777' },
        'webrtc.tcp_port is 7777, and so is the port of http.listen: both are TCP, so they must differ.',
      ],
      [
        { AIRCHECK_WEBRTC_STUN_SERVERS: 'stun:stun.example.org,turn:turn.example.org' },
        'webrtc.stun_servers (from AIRCHECK_WEBRTC_STUN_SERVERS) is ["stun:stun.example.org","turn:turn.example.org"] and must be a list of stun:host or stun:host:port.',
      ],
      [
        { AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '192.0.2.1,example.org' },
        'webrtc.announced_addresses (from AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES) is ["192.0.2.1","example.org"] and must be a list of ip, ip:port or [ip6]:port that others can send to.',
      ],
    ])('stops the start with one sentence: %j', (env, sentence) => {
      expect(problems(env)).toEqual([sentence]);
    });

    it('is reported together with all others', () => {
      expect(problems({ LOG_LEVEL: 'loud', AIRCHECK_ENGINE_WORKERS: '-1' })).toHaveLength(2);
    });

    it('of a TURN server without credentials does not show what is configured', () => {
      expect(problems({ AIRCHECK_ICE_SERVERS: '[{"urls":["turn:t"],"username":"ann"}]' })[0]).toContain('(hidden)');
    });
  });

  describe('the storage', () => {
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

      const { config, warnings } = load(env, file);

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
      expect(problems(env)).toEqual(sentences);
    });
  });

  describe('authorisation', () => {
    it.each(['0.0.0.0:7777', '[::]:7777', '192.0.2.1:7777'])('is wanted on %s', (listen) => {
      expect(problems({ AIRCHECK_HTTP_LISTEN: listen })).toEqual([expect.stringContaining('auth.mode = "none"')]);
      expect(problems({ AIRCHECK_HTTP_LISTEN: listen, AIRCHECK_AUTH_MODE: 'none' })).toEqual([]);
      expect(problems({ AIRCHECK_HTTP_LISTEN: listen, AIRCHECK_AUTH_TOKENS: 'long-enough-here' })).toEqual([]);
      expect(problems({ AIRCHECK_HTTP_LISTEN: listen, AIRCHECK_AUTH_TOKENS: 'long-enough-here,too-short' })).toEqual([
        expect.stringMatching(/^auth\.tokens has one that has fewer than 16 characters/),
      ]);
    });

    it.each(['127.0.0.1:7777', 'localhost:0', '[::1]:7777'])('is not wanted on %s', (listen) => {
      expect(problems({ AIRCHECK_HTTP_LISTEN: listen })).toEqual([]);
      expect(problems({ AIRCHECK_HTTP_LISTEN: listen, AIRCHECK_AUTH_TOKENS: 'short-12' })).toEqual([]);
    });

    it.each<Record<string, string>>([
      { AIRCHECK_AUTH_SECRET: 'a-secret-of-tests-with-32-bytes!' },
      { AIRCHECK_AUTH_JWKS_URL: 'https://id.example.org/keys' },
      { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann","password":"plain as day"}]' },
    ])('is on with %j', (env) => {
      expect(problems({ AIRCHECK_HTTP_LISTEN: '0.0.0.0:7777', ...env })).toEqual([]);
      expect(problems({ AIRCHECK_AUTH_MODE: 'none', ...env })).toHaveLength(1);
    });

    it.each<[string, Record<string, string>]>([
      ['auth.tokens', { AIRCHECK_AUTH_TOKENS: 'abababababababababab' }],
      ['auth.tokens', { AIRCHECK_AUTH_TOKENS: 'Change-Me!1234567' }],
      ['auth.secret', { AIRCHECK_AUTH_SECRET: 'sssssss+'.repeat(4) }],
      ['auth.accounts has a password of "ann"', { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann","password":"short"}]' }],
      [
        'auth.accounts has a password of "annemarie"',
        { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"annemarie","password":"AnneMarie"}]' },
      ],
      [
        'webhooks.targets',
        { AIRCHECK_WEBHOOKS_TARGETS: '[{"url":"https://hook.example.org","secret":"xxxxxxxxxxxxxxxxxxxx"}]' },
      ],
      [
        'extra_ice.coturn.secret',
        { AIRCHECK_EXTRA_ICE_COTURN_URLS: 'turn:t.example', AIRCHECK_EXTRA_ICE_COTURN_SECRET: 'relayed' },
      ],
    ])('does not do with a weak secret in %s beyond this machine', (key, env) => {
      const guarded = { AIRCHECK_AUTH_JWKS_URL: 'https://id.example.org/keys', ...env };
      const [problem = '', ...others] = problems({ AIRCHECK_HTTP_LISTEN: '0.0.0.0:7777', ...guarded });

      expect(problem.startsWith(key)).toBe(true);
      expect(others).toEqual([]);
      for (const secret of Object.values(env)) expect(problem).not.toContain(secret);
      expect(problems(guarded)).toEqual([]);
    });

    it.each<Record<string, string>>([
      { AIRCHECK_AUTH_SECRET: 'sssssss+'.repeat(4).slice(1) },
      { AIRCHECK_AUTH_SECRET: 's'.repeat(64) },
      { AIRCHECK_AUTH_JWKS_URL: 'http://id.example.org/keys' },
      { AIRCHECK_AUTH_JWKS_URL: 'file:///etc/passwd' },
      { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann"}]' },
      { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann","password":"$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"}]' },
      { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann","password":"one"},{"username":"ann","password":"two"}]' },
    ])('does not start with %j', (env) => {
      expect(problems(env)).toHaveLength(1);
      expect(problems(env).join()).not.toMatch(/sssss|plain|one,|argon2i\$/);
    });

    it('warns of passwords in plain text, by the names of their accounts', () => {
      const hash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$G8adGRglHMWV31I5bHnXLvhpzKEHSUlVGMQ8aLqLyuQ';
      const accounts = [
        { username: 'ann', password: 'plain' },
        { username: 'bob', password: hash },
      ];
      const { warnings } = load({
        AIRCHECK_AUTH_ACCOUNTS: JSON.stringify(accounts),
        AIRCHECK_AUTH_SECRET: 'sssssss+'.repeat(4),
      });

      expect(warnings).toEqual([expect.stringContaining('plain passwords (ann)')]);
    });

    it('cannot be both off and configured', () => {
      expect(problems({ AIRCHECK_AUTH_MODE: 'none', AIRCHECK_AUTH_TOKENS: 'long-enough' })).toHaveLength(1);
    });

    it('takes the empty credentials of a sample file for none', () => {
      expect(problems({}, '[auth]\nsecret = ""\ntokens = []\naccounts = []')).toEqual([]);
    });
  });
});
