import { Caller } from '../ports/caller.js';
import { rightsOfMode, type Right } from '../ports/right.js';
import { StreamScope } from '../ports/stream-scope.js';
import { AccessDto } from './access.dto.js';

const WATCH_AND_CONTROL = 5;

function accessOf(scope: StreamScope, rights: readonly Right[], expiresAtMs?: number): AccessDto {
  return new AccessDto(new Caller('jwt', 'ann', scope, rights, expiresAtMs));
}

describe('AccessDto', () => {
  it.each([
    [new StreamScope('*'), 'all', '*'],
    [new StreamScope('cam-*'), 'pattern', 'cam-*'],
    [new StreamScope('cam'), 'stream', 'cam'],
    [StreamScope.only('*'), 'stream', '*'],
  ])('tells which streams %j are', (scope, kind, streams) => {
    expect(accessOf(scope, [])).toMatchObject({ scope: kind, streams, rights: [] });
  });

  it('tells the rights that a mode has', () => {
    const { rights } = accessOf(new StreamScope('cam'), rightsOfMode(WATCH_AND_CONTROL));

    expect(rights).toEqual(['watch', 'record', 'playback', 'admin']);
  });

  it.each([
    [Date.UTC(2026, 10, 22), '2026-11-22T00:00:00.000Z'],
    [Infinity, null],
    [1e20, null],
  ])('tells of an expiry at %d ms that it is %s', (expiresAtMs, told) => {
    expect(accessOf(StreamScope.ALL, [], expiresAtMs).expiresAt).toBe(told);
  });
});
