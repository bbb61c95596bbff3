import type { AppConfig } from '../../config/index.js';
import type { StreamHooks } from './hook-runner.js';

/** Programs of the node, then those of the stream; the stream says how long they may take, where it does. */
export function configuredHooks(
  { hooks, stream: streams }: Pick<AppConfig, 'hooks' | 'stream'>,
  stream: string,
): StreamHooks {
  const own = streams[stream]?.hooks ?? {};
  return {
    programs: {
      'stream-created': [...hooks.on_stream_created, ...(own.on_stream_created ?? [])],
      'stream-deleted': [...hooks.on_stream_deleted, ...(own.on_stream_deleted ?? [])],
      'publish-started': [...hooks.on_publish_started, ...(own.on_publish_started ?? [])],
      'publish-stopped': [...hooks.on_publish_stopped, ...(own.on_publish_stopped ?? [])],
    },
    timeoutMs: own.timeout_ms ?? hooks.timeout_ms,
    stopsOnError: (own.on_error ?? hooks.on_error) === 'stop',
  };
}
