import {
  isIceServerUrl,
  isPostgresUrl,
  isLoopback,
  parseAnnouncedAddress,
  parseListenAddress,
  parseStunUrl,
  sqlitePath,
} from './formats.js';

describe('a listen address', () => {
  it.each([
    ['127.0.0.1:7777', { address: '127.0.0.1', port: 7777 }],
    ['localhost:0', { address: '127.0.0.1', port: 0 }],
    ['[::1]:7777', { address: '::1', port: 7777 }],
    ['[::]:65535', { address: '::', port: 65_535 }],
  ])('is read from %s', (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });

  it.each([
    '',
    '7777',
    ':7777',
    '::1:7777',
    '[127.0.0.1]:80',
    '256.0.0.1:80',
    'example.org:80',
    '127.0.0.1:65536',
    '127.0.0.1:',
  ])('is not %j', (text) => {
    expect(parseListenAddress(text)).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.8.7', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
  ])('%s is loopback: %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});

describe('a STUN server', () => {
  it.each([
    ['stun:stun.example.org', 'stun.example.org', 3478],
    ['STUN:192.0.2.1:19302', '192.0.2.1', 19_302],
    ['stun:[2001:db8::1]:3479', '2001:db8::1', 3479],
  ])('may be %s', (text, host, port) => {
    expect(parseStunUrl(text)).toEqual({ host, port });
  });

  it.each([
    '',
    'stun:',
    'stuns:example.org',
    'turn:example.org',
    'stun:example.org:0',
    'stun:example.org:65536',
    'stun:a b',
  ])('is not %j', (text) => {
    expect(parseStunUrl(text)).toBeUndefined();
  });
});

describe('an announced address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1', undefined],
    ['192.0.2.1:80', '192.0.2.1', 80],
    ['2001:db8::1', '2001:db8::1', undefined],
    ['[2001:db8::1]:443', '2001:db8::1', 443],
  ])('may be %s', (text, address, port) => {
    expect(parseAnnouncedAddress(text)).toEqual({ address, port });
  });

  it.each([
    '',
    'example.org',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '[192.0.2.1]:5',
    '[2001:db8::1]',
    '300.1.1.1',
    '192.0.2.1:80:80',
    'localhost:7777',
    '0.0.0.0',
    '0.0.0.0:7777',
    '::',
    '[::]:7777',
    '224.0.0.251',
    '255.255.255.255',
    'ff02::fb',
    'fe80::1%eth0',
    '::ffff:0.0.0.0',
  ])('may not be %j', (text) => {
    expect(parseAnnouncedAddress(text)).toBeUndefined();
  });
});

describe('a SQLite URL', () => {
  it.each([
    ['sqlite://./data/aircheck.db', './data/aircheck.db'],
    ['sqlite://./liveman.db?mode=rwc', './liveman.db'],
    ['sqlite:///var/lib/aircheck.db', '/var/lib/aircheck.db'],
    ['sqlite::memory:', ':memory:'],
  ])('%s names a path', (url, path) => {
    expect(sqlitePath(url)).toBe(path);
  });

  it.each(['postgres://db/aircheck', 'sqlite://', 'aircheck.db', 'sqlite://a.db?mode=ro'])('%s is none', (url) => {
    expect(sqlitePath(url)).toBeUndefined();
  });
});

describe('a PostgreSQL URL', () => {
  it.each([
    'postgres://db/aircheck',
    'postgresql://ann:s%23cret@db.example.org:5433/aircheck?sslmode=verify-full',
    'postgres://[2001:db8::1]/aircheck',
    'postgres:///aircheck?host=/run/postgresql',
    'postgres://ann@/aircheck?host=/run/postgresql',
  ])('may be %s', (url) => {
    expect(isPostgresUrl(url)).toBe(true);
  });

  it.each(['mysql://db/aircheck', 'postgres:aircheck', 'postgres://db:port/aircheck', 'postgres://a b/aircheck', ''])(
    'may not be %j',
    (url) => {
      expect(isPostgresUrl(url)).toBe(false);
    },
  );
});

describe('an ICE server URL', () => {
  it.each(['stun:stun.example.org', 'stuns:[2001:db8::1]:5349', 'turn:t.example.org:3478?transport=udp', 'TURNS:t'])(
    'may be %s',
    (url) => {
      expect(isIceServerUrl(url)).toBe(true);
    },
  );

  it.each(['http://x', 'stun:', 'stun:a b', 'turn:t?transport=sctp', 'stun:a>; rel="x', 'stun:a\r\nX: y'])(
    'may not be %j',
    (url) => {
      expect(isIceServerUrl(url)).toBe(false);
    },
  );
});
