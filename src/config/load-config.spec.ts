import { hostname } from 'node:os';
import { ConfigFolder } from './testing/config-folder.js';

const folder = new ConfigFolder();

describe('loadConfig', () => {
  it('makes a whole configuration of nothing', () => {
    const { config, warnings } = folder.load();

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
    const { config } = folder.load({ AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '192.0.2.7,2001:db8::7' });

    expect(config.webrtc.announced_addresses).toEqual(['192.0.2.7', '2001:db8::7']);
  });

  it('announces an address once that is there twice', () => {
    const { config } = folder.load({ AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '192.0.2.7,192.0.2.8,192.0.2.7' });

    expect(config.webrtc.announced_addresses).toEqual(['192.0.2.7', '192.0.2.8']);
  });

  describe('precedence', () => {
    it('takes the file before the default', () => {
      expect(folder.load({}, '[log]\nlevel = "warn"').config.log.level).toBe('warn');
    });

    it('takes LOG_LEVEL before the file', () => {
      expect(folder.load({ LOG_LEVEL: 'error' }, '[log]\nlevel = "warn"').config.log.level).toBe('error');
    });

    it('takes AIRCHECK_LOG_LEVEL before LOG_LEVEL', () => {
      expect(folder.load({ LOG_LEVEL: 'error', AIRCHECK_LOG_LEVEL: 'debug' }).config.log.level).toBe('debug');
    });

    it('lets PORT change the port of the file and nothing else', () => {
      expect(folder.load({ PORT: '8080' }, '[http]\nlisten = "127.0.0.2:9000"').config.http.listen).toBe(
        '127.0.0.2:8080',
      );
    });

    it('takes DATABASE_URL before the file', () => {
      const { config } = folder.load(
        { DATABASE_URL: 'sqlite://env.db' },
        '[database]\nurl = "sqlite://file.db?mode=rwc"',
      );

      expect(config.database.url).toBe('sqlite://env.db');
    });

    it('reads .env below the real environment', () => {
      folder.write('.env', 'AIRCHECK_LOG_LEVEL=trace\nAIRCHECK_ENGINE_WORKERS=3\n');

      const { config } = folder.load({ AIRCHECK_LOG_LEVEL: 'warn', AIRCHECK_ENGINE_WORKERS: '' });

      expect(config.log.level).toBe('warn');
      expect(config.engine.workers).toBe(3);
    });
  });

  describe('the environment', () => {
    it('parses lists at commas and drops empty members', () => {
      expect(folder.load({ AIRCHECK_RECORDER_AUTO_STREAMS: 'cam*, ,studio,' }).config.recorder.auto_streams).toEqual([
        'cam*',
        'studio',
      ]);
    });

    it('takes a single comma for the empty list', () => {
      expect(folder.load({ AIRCHECK_RECORDER_AUTO_STREAMS: ',' }).config.recorder.auto_streams).toEqual([]);
    });

    it('parses lists of tables as JSON', () => {
      const servers = [{ urls: ['turn:turn.example.org?transport=tcp'], username: 'ann', credential: 'secret' }];

      expect(folder.load({ AIRCHECK_ICE_SERVERS: JSON.stringify(servers) }).config.ice_servers).toEqual(servers);
    });

    it('counts an empty variable as absent', () => {
      expect(folder.load({ AIRCHECK_HTTP_LISTEN: '', PORT: '' }).config.http.listen).toBe('127.0.0.1:7777');
    });

    it('warns once of all unknown variables, not of those that Kubernetes injects', () => {
      const { warnings } = folder.load({
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
      expect(folder.problems({ [name]: '1', AIRCHECK_TYPO: '1' })).toEqual([
        `${name} is not a setting: the nearest one is ${nearest}.`,
      ]);
    });

    it('is told with all else that is wrong', () => {
      expect(folder.problems({ AIRCHECK_RECORDER_STORAGE_FOO: '1', AIRCHECK_HTTP_LISTEN: 'nowhere' })).toEqual([
        expect.stringContaining('AIRCHECK_RECORDER_STORAGE_FOO is not a setting') as string,
        expect.stringContaining('http.listen') as string,
      ]);
    });

    it('is absent when it is empty, and may be what Kubernetes injects for a Service of that name', () => {
      const { warnings } = folder.load({
        AIRCHECK_RECORDER_STORAGE_FOO: '',
        AIRCHECK_RECORDER_STORAGE_SERVICE_HOST: '10.0.0.1',
        AIRCHECK_RECORDER_STORAGE_SERVICE_PORT_HTTP: '9000',
        AIRCHECK_RECORDER_STORAGE_PORT: 'tcp://10.0.0.1:9000',
        AIRCHECK_RECORDER_STORAGE_PORT_9000_TCP: 'tcp://10.0.0.1:9000',
      });

      expect(warnings).toEqual([]);
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
      expect(folder.problems(env)).toEqual([sentence]);
    });

    it('is reported together with all others', () => {
      expect(folder.problems({ LOG_LEVEL: 'loud', AIRCHECK_ENGINE_WORKERS: '-1' })).toHaveLength(2);
    });

    it('of a TURN server without credentials does not show what is configured', () => {
      expect(folder.problems({ AIRCHECK_ICE_SERVERS: '[{"urls":["turn:t"],"username":"ann"}]' })[0]).toContain(
        '(hidden)',
      );
    });
  });
});
