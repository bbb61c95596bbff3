import { cam, OFFER, ViewerStage } from '../../signaling/testing/viewer-stage.js';
import type { HappenedEvent } from './event.js';
import { SignalingSource } from './signaling-source.js';

/** What a stage's streams and sessions are told as, from now on. */
function eventsOf({ signaling }: ViewerStage): HappenedEvent[] {
  const source = new SignalingSource(signaling);
  const events: HappenedEvent[] = [];
  signaling.on((event) => {
    const happened = source.eventOf(event, new Date());
    if (happened !== undefined) events.push(happened);
  });
  return events;
}

describe('SignalingSource', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tells of the end of a viewer that was sent something, with what it was sent', async () => {
    const stage = new ViewerStage();
    const events = eventsOf(stage);
    const { sessionId } = await stage.watch();
    const sessions = [{ sessionId, bytesSent: 5000, packetsSent: 50, bitrateBps: 1234.5 }];
    stage.engine.tell({ type: 'subscriber-statistics', streamId: 'cam', sessions });
    jest.advanceTimersByTime(2000);

    stage.engine.state(sessionId, 'closed', 'peer-closed');

    expect(events.map(({ type }) => type)).toEqual(['stream.created', 'subscribe.started', 'subscribe.stopped']);
    expect(events[2]).toMatchObject({ subject: { kind: 'subscribe', id: sessionId }, stream: 'cam' });
    expect(events[2]?.data).toEqual({
      reason: 'peer-closed',
      startedAt: events[1]?.happenedAt.toISOString(),
      durationMs: 2000,
      bytes: 5000,
      packets: 50,
    });
  });

  it('tells of the end of a publisher, with what was lost of it', async () => {
    const stage = new ViewerStage();
    const events = eventsOf(stage);
    const { sessionId } = await stage.signaling.publish(cam, OFFER.replace('recvonly', 'sendonly'));

    await stage.signaling.end(cam, sessionId);

    expect(events.at(-1)).toMatchObject({ type: 'publish.stopped', data: { reason: 'requested', packetsLost: 0 } });
  });
});
