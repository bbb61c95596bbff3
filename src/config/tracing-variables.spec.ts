import { loadConfig } from './load-config.js';

function tracingOf(env: Readonly<Record<string, string>>): unknown {
  return loadConfig({ env, cwd: '/nowhere' }).config.tracing;
}

describe('variables of OpenTelemetry', () => {
  it('configure tracing, which is off without them', () => {
    expect(tracingOf({})).toEqual({
      url: '',
      headers: [],
      service_name: '',
      sampler: 'parentbased_always_on',
      sampler_ratio: 1,
    });
    expect(
      tracingOf({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b,x-other=c',
        OTEL_SERVICE_NAME: 'studio',
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      }),
    ).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: ['x-key=a%20b', 'x-other=c'],
      service_name: 'studio',
      sampler: 'traceidratio',
      sampler_ratio: 0.25,
    });
  });

  it.each([
    [{ OTEL_SDK_DISABLED: 'true' }, ''],
    [{ OTEL_TRACES_EXPORTER: 'none' }, ''],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other/spans' }, 'http://other/spans'],
    [{ AIRCHECK_TRACING_URL: 'http://ours/v1/traces' }, 'http://ours/v1/traces'],
  ])('with %j beside an endpoint lead to %j', (env, url) => {
    expect(tracingOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', ...env })).toMatchObject({ url });
  });

  it('that mean other programs do not stop this one', () => {
    const foreign = { OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_TRACES_SAMPLER_ARG: 'endpoint=x' };

    expect(tracingOf(foreign)).toMatchObject({ sampler: 'parentbased_always_on', sampler_ratio: 1 });
  });

  it('are refused where spans could go nowhere', () => {
    expect(() => tracingOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toThrow(
      /tracing.url \(from OTEL_EXPORTER_OTLP_ENDPOINT\)/,
    );
  });
});
