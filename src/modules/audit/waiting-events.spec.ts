import { AuditEvent } from './entities/audit-event.entity.js';
import { WaitingEvents } from './waiting-events.js';

const event = (actor: string, outcome: string, name = 'refused'): AuditEvent =>
  Object.assign(new AuditEvent(), { event: name, actor, outcome });

describe('WaitingEvents', () => {
  it('loses no deed of somebody known for those of strangers', () => {
    const waiting = new WaitingEvents();
    waiting.add(event('ann', 'ok', 'recordings-deleted'));
    for (let n = 0; n < 5000; n += 1) waiting.add(event('', 'token-missing'));
    for (let n = 0; n < 5000; n += 1) waiting.add(event('ann', 'credentials-wrong', 'login'));
    const taken = waiting.take();

    expect(taken).toHaveLength(1001);
    expect(taken[0]).toMatchObject({ event: 'recordings-deleted', actor: 'ann' });
    expect(waiting.takeLost()).toBe(9000);
    waiting.putBack(taken);
    expect(waiting.take()).toEqual(taken);
  });
});
