import { betterBeginning, startsServer } from './begin-again.js';

const argv = ['/usr/bin/node', '/opt/aircheck/dist/main.js', 'serve'];

describe('betterBeginning', () => {
  it('adds what can be said at the beginning only, and says it once', () => {
    const better = betterBeginning({ execArgv: ['--enable-source-maps'], argv, env: { PATH: '/bin' } });
    expect(better).toEqual({
      execArgv: ['--enable-source-maps', '--max-semi-space-size=8'],
      argv,
      env: { PATH: '/bin', MALLOC_ARENA_MAX: '2' },
    });
    expect(better && betterBeginning(better)).toBeUndefined();
  });

  it.each([
    { execArgv: ['--max-semi-space-size=32'], env: {} },
    { execArgv: ['--max_semi_space_size=32'], env: {} },
    { execArgv: [], env: { NODE_OPTIONS: '--no-warnings --max-semi-space-size=32' } },
  ])('keeps the young generation that is asked for: %j', ({ execArgv, env }) => {
    expect(betterBeginning({ execArgv, argv, env })?.execArgv).toEqual(execArgv);
  });

  it('keeps the heaps that are asked for', () => {
    const better = betterBeginning({ execArgv: [], argv, env: { MALLOC_ARENA_MAX: '8' } });
    expect(better?.env['MALLOC_ARENA_MAX']).toBe('8');
  });
});

describe('startsServer', () => {
  it.each([[[]], [['serve']], [['--config', 'aircheck.toml']]])('is true of %j', (args) => {
    expect(startsServer(args)).toBe(true);
  });

  it.each([[['--version']], [['--help']], [['-h']], [['doctor']]])('is false of %j', (args) => {
    expect(startsServer(args)).toBe(false);
  });
});
