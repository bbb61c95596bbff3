import type { TrackStatistics } from '../../engine/index.js';
import { parseStreamName, type StreamName } from './ports/stream-name.js';
import { cam, OFFER, ViewerStage } from './testing/viewer-stage.js';

const PUBLISHERS_OFFER = OFFER.replace('recvonly', 'sendonly');
const other = parseStreamName('other');
const third = parseStreamName('third');

/** Each second's reading, as the engine tells it. */
function send(stage: ViewerStage, stream: StreamName, bitrateBps: number): void {
  const rest = { codecString: undefined, width: undefined, height: undefined, framesPerSecond: 50, jitterMs: 0 };
  const packets = { bytesReceived: 1, packetsReceived: 1, packetsLost: 0, packetsRepaired: 0 };
  const track: TrackStatistics = { mid: '0', kind: 'audio', codecName: 'opus', bitrateBps, ...rest, ...packets };
  stage.engine.tell({ type: 'stream-statistics', streamId: stream, tracks: [track] });
}

const publish = (stage: ViewerStage, stream: StreamName): Promise<{ sessionId: string; answer: string }> =>
  stage.signaling.publish(stream, PUBLISHERS_OFFER);

describe('the limits of a node', () => {
  it('let in as many publishers as they say, and again when one has left', async () => {
    const stage = new ViewerStage({}, { publishers: 2 });
    const first = await publish(stage, cam);
    await publish(stage, other);

    await expect(publish(stage, third)).rejects.toMatchObject({ kind: 'unavailable', code: 'publisher-quota' });
    expect(stage.signaling.findStream('third')).toBeUndefined();
    await stage.signaling.end(cam, first.sessionId);

    await expect(publish(stage, third)).resolves.toBeDefined();
  });

  it('let no newcomer be one too many when several come at once', async () => {
    const stage = new ViewerStage({}, { publishers: 3 });
    const names = Array.from({ length: 10 }, (_, index) => parseStreamName(`stream ${String(index)}`));

    const outcomes = await Promise.allSettled(names.map((name) => publish(stage, name)));

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(stage.signaling.publisherCount).toBe(3);
  });

  it('keep the place of a stream whose recording waits, and never take a running one from it', async () => {
    const stage = new ViewerStage({}, { publishers: 1, streams: 1 });
    const { sessionId } = await publish(stage, cam);
    stage.signaling.setRecording(cam, true);
    stage.engine.tell({ type: 'session-state', streamId: 'cam', sessionId, state: 'closed', reason: 'consent-lost' });

    await expect(publish(stage, other)).rejects.toMatchObject({ code: 'stream-quota' });
    await expect(publish(stage, cam)).resolves.toBeDefined();
    await expect(publish(stage, other)).rejects.toMatchObject({ code: 'stream-quota' });
    expect(stage.engine.closed).toEqual([]);
  });

  it('hold for streams that are made by request and by viewers', async () => {
    const stage = new ViewerStage({}, { streams: 1 });
    await stage.signaling.createStream(other);

    await expect(stage.signaling.createStream(third)).rejects.toMatchObject({ code: 'stream-quota' });
    await expect(stage.watch()).rejects.toMatchObject({ code: 'stream-quota' });
    await expect(publish(stage, other)).resolves.toBeDefined();
  });

  it('let in as many viewers as they say', async () => {
    const stage = new ViewerStage({}, { subscribers: 1 });
    const { sessionId } = await stage.watch();

    await expect(stage.watch()).rejects.toMatchObject({ kind: 'unavailable', code: 'subscriber-quota' });
    await stage.signaling.end(cam, sessionId);

    await expect(stage.watch()).resolves.toBeDefined();
  });

  it('let nobody in while enough is coming, counting who has just come as what he may send', async () => {
    const stage = new ViewerStage({}, { incomingBps: 6_000_000, publisherBps: 3_000_000, publisherBurstSeconds: 10 });
    await publish(stage, cam);
    await publish(stage, other);

    await expect(publish(stage, third)).rejects.toMatchObject({ kind: 'unavailable', code: 'incoming-quota' });
    send(stage, cam, 1_000_000);
    send(stage, other, 2_000_000);

    await expect(publish(stage, third)).resolves.toBeDefined();
  });
});

describe('the bitrate that one publisher may send', () => {
  const limits = { publisherBps: 1_000_000, publisherBurstSeconds: 10 };

  it('lets bursts pass, and whoever keeps to it', async () => {
    const stage = new ViewerStage({}, limits);
    await publish(stage, cam);

    for (let second = 0; second < 1000; second += 1) send(stage, cam, second % 10 === 0 ? 6_000_000 : 400_000);

    expect(stage.engine.closed).toEqual([]);
  });

  it('sends away who keeps above, tells why, and lets nobody publish the stream for a while', async () => {
    const stage = new ViewerStage({}, limits);
    const ends: unknown[] = [];
    stage.signaling.on((event) => {
      if (event.type === 'publisher-closed') ends.push(event.reason);
    });
    const { sessionId } = await publish(stage, cam);

    for (let second = 0; second < 9; second += 1) send(stage, cam, 2_000_000);
    expect(stage.engine.closed).toEqual([]);
    send(stage, cam, 2_000_000);
    await stage.signaling.inTurn(cam, () => Promise.resolve());

    expect(stage.engine.closed).toEqual([[sessionId, 'bitrate-exceeded']]);
    expect(ends).toEqual(['bitrate-exceeded']);
    await expect(publish(stage, cam)).rejects.toMatchObject({ kind: 'rate-limited', code: 'bitrate-exceeded' });
    await expect(publish(stage, other)).resolves.toBeDefined();
  });

  it('is told to the publisher in the answer, pictures apart from sound', async () => {
    const stage = new ViewerStage({}, limits);
    const video = [
      ...['m=video 9 UDP/TLS/RTP/SAVPF 102', 'c=IN IP4 0.0.0.0', 'a=mid:1', 'a=sendonly', 'a=rtcp-mux'],
      ...['a=rtpmap:102 H264/90000', 'a=fmtp:102 packetization-mode=1', ''],
    ].join('\r\n');
    const offer = PUBLISHERS_OFFER.replace('t=0 0', 't=0 0\r\na=group:BUNDLE 0 1') + video;

    const { answer } = await stage.signaling.publish(cam, offer);
    const unlimited = await new ViewerStage().signaling.publish(cam, offer);

    expect(answer).toMatch(/m=video .*\r\nc=.*\r\nb=AS:836\r\nb=TIAS:836000\r\na=/);
    expect(answer.match(/^b=/gm)).toHaveLength(2);
    expect(unlimited.answer).not.toContain('b=');
  });
});
