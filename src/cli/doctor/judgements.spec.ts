import { migrations } from '../../migrations/index.js';
import { clockFinding } from './clock-checks.js';
import { judgeVersion } from './database-checks.js';
import { judgeSpace, judgeSpeed } from './disk-checks.js';
import { judgeOpenFiles, judgeReceiveBuffer, WANTED_RECEIVE_BYTES } from './kernel-checks.js';
import { reasonOf } from './finding.js';
import { linesOf, reportOf } from './report.js';

const GIBIBYTE = 2 ** 30;
const DISK = { freeBytes: 100 * GIBIBYTE, minFreeBytes: GIBIBYTE, isMemory: false };

describe('what aircheck doctor makes of what it sees', () => {
  it.each([
    ['ok', DISK],
    ['warning', { ...DISK, freeBytes: 1.5 * GIBIBYTE }],
    ['problem', { ...DISK, freeBytes: GIBIBYTE / 2 }],
  ])('of free space is %s for %j', (severity, space) => {
    expect(judgeSpace('/data', space)[0]).toMatchObject({ check: 'disk-space', severity });
  });

  it('of a disk in memory is a warning', () => {
    expect(judgeSpace('/data', { ...DISK, isMemory: true })).toMatchObject([
      { severity: 'ok' },
      { check: 'disk-lasting', severity: 'warning', remedy: 'Mount a volume there.' },
    ]);
  });

  it.each([
    ['ok', 200 * 2 ** 20, 5],
    ['warning', 20 * 2 ** 20, 5],
    ['warning', 200 * 2 ** 20, 300],
  ])('of a disk is %s for %d bytes per second and fsyncs of %d ms', (severity, bytesPerSecond, syncMs) => {
    expect(judgeSpeed('/data', { bytesPerSecond, syncMs })).toMatchObject({ severity });
  });

  it.each([
    ['ok', 300],
    ['ok', -1900],
    ['warning', 4000],
    ['problem', -3_600_000],
    ['note', NaN],
  ])('of clocks is %s for %d ms between them', (severity, skewMs) => {
    expect(clockFinding('the database', skewMs)).toMatchObject({ check: 'clock', severity });
  });

  it('of kernel limits are warnings with the command that raises them', () => {
    expect(judgeReceiveBuffer(WANTED_RECEIVE_BYTES).severity).toBe('ok');
    expect(judgeReceiveBuffer(212_992)).toMatchObject({
      severity: 'warning',
      remedy: expect.stringContaining('sysctl -w net.core.rmem_max=4194304') as string,
    });
    expect(judgeOpenFiles(Infinity).severity).toBe('ok');
    expect(judgeOpenFiles(1024)).toMatchObject({
      severity: 'warning',
      remedy: expect.stringMatching(/^ulimit/) as string,
    });
  });

  it('of a database is a problem only where it is of a later version', () => {
    const names = migrations.map(({ name }) => name);
    expect(judgeVersion('It', undefined)).toMatchObject({ severity: 'ok' });
    expect(judgeVersion('It', names)).toMatchObject({ severity: 'ok' });
    expect(judgeVersion('It', names.slice(1))).toMatchObject({ severity: 'note' });
    expect(judgeVersion('It', [...names, 'Later'])).toMatchObject({
      severity: 'problem',
      message: 'It is of a later version: this one does not know Later.',
      remedy: expect.stringContaining('aircheck migrate --revert 1 ') as string,
    });
  });

  it('says why nobody answered, which fetch keeps to itself', () => {
    const refused = new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:7777')]);
    expect(reasonOf(new TypeError('fetch failed', { cause: refused }))).toBe('connect ECONNREFUSED 127.0.0.1:7777');
    expect(reasonOf(new Error('it answered 401', { cause: refused }))).toBe('it answered 401');
  });

  it('is told to people with what to do, and to programs by the weightiest', () => {
    const report = reportOf('1.2.3', [
      { check: 'http-port', severity: 'ok', message: 'Free.' },
      { check: 'clock', severity: 'problem', message: 'Wrong.', remedy: 'Set it.' },
    ]);

    expect(report.status).toBe('problem');
    expect(reportOf('1.2.3', []).status).toBe('ok');
    expect(linesOf(report).split('\n')).toEqual([
      'ok       http-port  Free.',
      'problem  clock      Wrong.',
      '                    → Set it.',
      '1 problems, 0 warnings.',
    ]);
  });
});
