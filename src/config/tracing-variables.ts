import type { Environment, EnvironmentValue } from './environment-value.js';

/** Names of the specification that the SDK has. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/**
 * The variables that all SDKs of OpenTelemetry are configured with. `OTEL_EXPORTER_OTLP_ENDPOINT` is the base of the URL,
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is all of it and beats that. They may be meant for programs beside this one: samplers that
 * it does not have, and shares that are none, are as good as absent.
 */
export function tracingValues(env: Environment): EnvironmentValue[] {
  const sampler = env['OTEL_TRACES_SAMPLER'];
  const ratio = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? NaN);
  return [
    ...urlValue(env),
    ...valueOf('tracing.service_name', 'OTEL_SERVICE_NAME', env['OTEL_SERVICE_NAME']),
    ...valueOf('tracing.sampler', 'OTEL_TRACES_SAMPLER', isSampler(sampler) ? sampler : undefined),
    ...valueOf('tracing.sampler_ratio', 'OTEL_TRACES_SAMPLER_ARG', ratio >= 0 && ratio <= 1 ? ratio : undefined),
    ...valueOf('tracing.headers', 'OTEL_EXPORTER_OTLP_HEADERS', env['OTEL_EXPORTER_OTLP_HEADERS']?.split(',')),
  ];
}

function urlValue(env: Environment): EnvironmentValue[] {
  if (env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return [];
  const whole = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  if (env[whole] !== undefined) return valueOf('tracing.url', whole, env[whole]);
  const url = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.replace(/\/*$/, '/v1/traces');
  return valueOf('tracing.url', 'OTEL_EXPORTER_OTLP_ENDPOINT', url);
}

function isSampler(name: string | undefined): boolean {
  return SAMPLERS.some((known) => known === name);
}

function valueOf(key: string, variable: string, value: unknown): EnvironmentValue[] {
  return value === undefined ? [] : [{ key, variable, value }];
}
