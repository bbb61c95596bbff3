import { randomBytes } from 'node:crypto';
import { makeMedia } from '../support/media.js';
import { offer } from '../support/offer.js';
import { OssRefusal } from '../support/oss/refusal.js';
import { startOssServer } from '../support/oss-server.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const SDP = { 'content-type': 'application/sdp' };
const SEGMENTS_OF_A_SECOND = { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' };
const STEPS = ['connect', 'first media', 'first segment', 'store'];

interface LogLine {
  readonly trace_id?: string;
  readonly req?: { readonly url?: string };
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

function tracedServer(collector: OtlpReceiver, env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  return TestServer.start({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, ...env } });
}

async function publish(server: TestServer): Promise<Publisher> {
  const media = await makeMedia({ seconds: 10, gopFrames: 30 });
  return Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media, quiet: true });
}

function logLines(server: TestServer): LogLine[] {
  return server.log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
}

function offerTo(server: TestServer, stream: string, traceparent?: string): Promise<Response> {
  const headers = traceparent === undefined ? SDP : { ...SDP, traceparent };
  return fetch(server.url(`/whip/${stream}`), { method: 'POST', headers, body: offer() });
}

/** Judged by what an OTLP collector of the test's own was sent. */
describe('tracing', () => {
  itWith('ffmpeg')(
    'shows a publishing session from WHIP to its first segment in the bucket',
    async () => {
      await using collector = await OtlpReceiver.start();
      await using oss = await startOssServer();
      await using server = await tracedServer(collector, {
        ...oss.settings,
        ...SEGMENTS_OF_A_SECOND,
        OTEL_SERVICE_NAME: 'studio',
      });
      await using publisher = await publish(server);
      await until(() => collector.named('store').length > 0, 'the first segment is stored');
      expect([...oss.bucket.objects.keys()].some((key) => key.endsWith('/seg_0001.m4s'))).toBe(true);
      await publisher.end();
      await until(() => collector.named('publish').length > 0, 'the session is over');

      const request = collector.one('POST /whip/:stream');
      const session = collector.one('publish');
      const steps = STEPS.map((name) => collector.one(name));
      expect(request).toMatchObject({ kind: 2, parentSpanId: undefined, error: undefined });
      expect(request.resource).toMatchObject({ 'service.name': 'studio' });
      expect(session).toMatchObject({ parentSpanId: request.spanId, error: undefined });
      expect(session.attributes).toMatchObject({ 'aircheck.stream': 'cam', 'aircheck.close_reason': 'requested' });
      for (const step of steps) {
        expect(step).toMatchObject({ traceId: request.traceId, parentSpanId: session.spanId, error: undefined });
        expect(step.endMs).toBeGreaterThanOrEqual(step.startMs);
      }
      expect(steps.map(({ endMs }) => endMs)).toEqual(steps.map(({ endMs }) => endMs).sort((a, b) => a - b));
      expect(collector.one('store').attributes).toMatchObject({ 'aircheck.storage': 'bucket' });
      const posted = logLines(server).find(({ req }) => req?.url === '/whip/cam');
      expect(posted?.trace_id).toBe(request.traceId);
    },
    90_000,
  );

  itWith('ffmpeg')(
    'says that a segment does not come into the bucket, and that it does at last',
    async () => {
      await using collector = await OtlpReceiver.start();
      await using oss = await startOssServer();
      await using server = await tracedServer(collector, { ...oss.settings, ...SEGMENTS_OF_A_SECOND });
      oss.isRefused = (object) => object.endsWith('/seg_0001.m4s');
      oss.refusal = new OssRefusal(503, 'ServiceUnavailable', 'Please come back later.');
      await using _publisher = await publish(server);
      await until(() => collector.named('store').length > 0, 'a try is over');
      oss.refusal = undefined;
      const stored = (): boolean => collector.named('store').some(({ error }) => error === undefined);
      await until(stored, 'it is stored', 60_000);

      const [first] = collector.named('store');
      expect(first).toMatchObject({ error: 'upload-failed' });
      expect(new Set(collector.named('store').map(({ traceId }) => traceId)).size).toBe(1);
    },
    120_000,
  );

  it('goes on with the trace of whoever asks, and keeps none that he does not keep', async () => {
    await using collector = await OtlpReceiver.start();
    await using server = await tracedServer(collector);
    const [kept, dropped, parent] = [hex(16), hex(16), hex(8)];

    await fetch(server.url('/api/streams'), { headers: { traceparent: `00-${dropped}-${parent}-00` } });
    await fetch(server.url('/whep/cam'), { method: 'OPTIONS', headers: { traceparent: `00-${kept}-${parent}-01` } });
    await fetch(server.url('/api/info'), { headers: { traceparent: 'nonsense' } });
    await until(() => collector.named('GET /api/info').length > 0, 'the last of them has come');

    expect(collector.one('OPTIONS /whep/:stream')).toMatchObject({ traceId: kept, parentSpanId: parent, kind: 2 });
    expect(collector.one('GET /api/info').parentSpanId).toBeUndefined();
    expect(collector.spans.filter(({ traceId }) => traceId === dropped)).toEqual([]);
    expect(collector.spans.filter(({ attributes }) => attributes['url.path'] === '/readyz')).toEqual([]);
  }, 60_000);

  it('ends with an error where a publisher is refused, and where nothing comes of one that was let in', async () => {
    await using collector = await OtlpReceiver.start();
    await using server = await tracedServer(collector);
    const trace = hex(16);

    const refused = await offerTo(server, '.cam', `00-${trace}-${hex(8)}-01`);
    expect(refused.status).toBe(400);
    expect((await offerTo(server, 'silent')).status).toBe(201);
    await until(() => collector.named('publish').length > 0, 'it was given up', 40_000);

    const requests = collector.named('POST /whip/:stream');
    expect(requests.find(({ traceId }) => traceId === trace)).toMatchObject({ error: 'stream-name-invalid' });
    expect(collector.one('connect')).toMatchObject({ error: 'connect-timeout' });
    expect(collector.one('publish')).toMatchObject({ error: 'connect-timeout' });
  }, 90_000);

  it('keeps nobody waiting for a collector that hangs, nor for one that is not there', async () => {
    const collector = await OtlpReceiver.start();
    collector.answer = () => undefined;
    await using server = await tracedServer(collector);
    const ask = async (): Promise<void> => {
      for (let i = 0; i < 50; i += 1) expect((await fetch(server.url('/api/info'))).status).toBe(200);
    };

    await ask();
    await until(() => collector.headers.length > 0, 'the collector was asked');
    await ask();
    await collector[Symbol.asyncDispose]();
    await ask();
    expect((await offerTo(server, 'cam')).status).toBe(201);

    await until(() => server.log.includes('Spans do not reach the collector'), 'the log says so', 30_000);
    expect(server.log.match(/Spans do not reach the collector/g)).toHaveLength(1);
    expect(await server.terminate()).toBe(0);
  }, 90_000);

  it('is off, and its packages are not loaded, where nothing is configured', async () => {
    await using server = await TestServer.start({ env: { NODE_DEBUG: 'esm' } });

    expect((await offerTo(server, 'cam')).status).toBe(201);

    expect(logLines(server).filter((line) => 'trace_id' in line)).toEqual([]);
    expect(server.log).not.toContain('otel-tracing.js');
  }, 60_000);
});
