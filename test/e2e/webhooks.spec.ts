import { makeMedia } from '../support/media.js';
import { offer } from '../support/offer.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';
import { WebhookReceiver, type ReceivedEvent } from '../support/webhook-receiver.js';

const SECRET = 'a-secret-of-tests-for-webhooks';
const withFfmpeg = itWith('ffmpeg');

/** Numbers of the events of each thing that events were about. */
function sequencesOf(events: readonly ReceivedEvent[]): Map<string, number[]> {
  const sequences = new Map<string, number[]>();
  for (const { subject, sequence } of events) {
    const id = `${subject.kind}:${subject.id}`;
    sequences.set(id, [...(sequences.get(id) ?? []), sequence]);
  }
  return sequences;
}

describe('webhooks of a server', () => {
  withFfmpeg('lose nothing when the target is away and the server is killed', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using server = await TestServer.start({
      env: {
        AIRCHECK_WEBHOOKS_TARGETS: JSON.stringify([{ url: receiver.url, secret: SECRET }]),
        AIRCHECK_WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.1',
        AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1',
        AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0',
      },
    });
    await fetch(server.url('/api/streams/asked-for'), { method: 'POST' });
    await until(() => receiver.types.includes('stream.created'), 'the first event is told');
    receiver.answer = (_event, response) => void response.writeHead(503).end();
    const media = await makeMedia({ seconds: 10 });
    await using _publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      loops: 6,
      quiet: true,
    });
    await until(async () => {
      const pending = '/api/v1/webhooks/deliveries?state=pending&event=segment.committed';
      return (await server.get<{ deliveries: unknown[] }>(pending)).deliveries.length >= 2;
    }, 'segments are to be told');

    await server.kill();
    receiver.answer = (_event, response) => void response.writeHead(204).end();
    await server.start();
    await until(() => receiver.types.includes('recording.completed'), 'the end of the recording is told');
    await until(async () => {
      const pending = '/api/v1/webhooks/deliveries?state=pending';
      return (await server.get<{ deliveries: unknown[] }>(pending)).deliveries.length === 0;
    }, 'nothing is left to be told');

    expect(receiver.posts.every(({ isSigned }) => isSigned)).toBe(true);
    for (const [id, sequence] of sequencesOf(receiver.events)) {
      expect([id, sequence]).toEqual([id, sequence.map((_, index) => index + 1)]);
    }
    const ofCam = receiver.events.filter(({ stream }) => stream === 'cam').map(({ type }) => type);
    expect(ofCam.filter((type) => type !== 'segment.committed')).toEqual([
      'stream.created',
      'publish.started',
      'publish.connected',
      'recording.started',
      ...['recording.completed', 'publish.stopped', 'stream.deleted'],
    ]);
    expect(receiver.events.find(({ type }) => type === 'publish.stopped')?.data).toMatchObject({
      reason: 'node-stopped',
    });
    expect(receiver.events.find(({ type }) => type === 'recording.completed')?.data).toMatchObject({
      reason: 'node-stopped',
      durationMs: expect.any(Number) as number,
    });
  });

  it('have targets that requests add, list and delete, and never show a secret', async () => {
    await using receiver = await WebhookReceiver.start(SECRET);
    await using server = await TestServer.start({ env: { AIRCHECK_WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.1' } });
    server.keepSecret(SECRET);
    const target = { url: receiver.url, secret: SECRET, events: ['publish.*'] };

    const made = await server.post<{ id: string }>('/api/v1/webhooks', target);
    const shown = { id: made.id, url: receiver.url, events: ['publish.*'], streams: ['*'], configured: false };
    expect(made).toEqual({ ...shown, createdAt: expect.any(String) as string });
    expect(await server.get('/api/v1/webhooks')).toEqual([made]);
    await fetch(server.url('/whip/cam'), {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: offer(),
    });
    await fetch(server.url('/api/streams/cam'), { method: 'DELETE' });
    await until(() => receiver.posts.length === 2, 'both are told');

    expect(receiver.types).toEqual(['publish.started', 'publish.stopped']);
    expect(receiver.events[1]?.data).toMatchObject({ reason: 'requested', durationMs: expect.any(Number) as number });
    expect((await fetch(server.url(`/api/v1/webhooks/${made.id}`), { method: 'DELETE' })).status).toBe(204);
    expect(await server.get('/api/v1/webhooks')).toEqual([]);
  });
});
