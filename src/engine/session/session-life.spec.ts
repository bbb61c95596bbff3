import type { SessionCloseReason, SessionState } from '../protocol.js';
import { SessionLife } from './session-life.js';

function begin(): { life: SessionLife; seen: (SessionState | SessionCloseReason)[] } {
  const seen: (SessionState | SessionCloseReason)[] = [];
  const life = new SessionLife(0, (state, reason) => seen.push(...(reason === undefined ? [state] : [state, reason])));
  return { life, seen };
}

describe('SessionLife', () => {
  it('connects by way of the first check and the handshake', () => {
    const { life, seen } = begin();

    life.checked(10);
    life.secured(50);

    expect(seen).toEqual(['connecting', 'connected']);
  });

  it('closes a session that has not connected 15 s after it was opened', () => {
    const { life, seen } = begin();
    life.checked(14_000);

    life.tick(14_999, 14_000);
    life.tick(15_000, 14_900);

    expect(seen).toEqual(['connecting', 'closed', 'connect-timeout']);
  });

  it('closes 5 s after someone said that the handshake failed, and names it as the cause', () => {
    const { life, seen } = begin();
    life.handshakeRefused(1_000);
    life.handshakeRefused(5_000);

    life.tick(5_999, 0);
    expect(life.state).toBe('new');
    life.tick(6_000, 0);

    expect(seen).toEqual(['closed', 'dtls-failed']);
  });

  it('disconnects after 3 s of silence, comes back with the next packet, and closes after 30 s more', () => {
    const { life, seen } = begin();
    life.checked(0);
    life.secured(0);

    life.tick(2_999, 0);
    expect(life.state).toBe('connected');
    life.tick(3_000, 0);
    life.tick(20_000, 19_990);
    life.tick(22_990, 19_990);
    life.tick(23_000, 19_990);
    life.tick(52_999, 19_990);
    expect(life.state).toBe('disconnected');
    life.tick(53_000, 19_990);

    expect(seen).toEqual([
      'connecting',
      'connected',
      'disconnected',
      'connected',
      'disconnected',
      'closed',
      'consent-lost',
    ]);
  });

  it('stays closed, for the first reason', () => {
    const { life, seen } = begin();
    life.close('requested', 5);

    life.close('shutdown', 6);
    life.secured(7);
    life.checked(8);
    life.tick(99_000, 0);

    expect(seen).toEqual(['closed', 'requested']);
  });
});
