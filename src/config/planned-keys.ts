import { isTable, type ConfigTable } from './config-file.js';

/** Keys of live777.toml, liveman.toml and of our own plans that mean something this version does not do yet. `*` is any name. */
const PLANNED: readonly string[] = [
  'http.public',
  'webrtc.ice_udp_addrs webrtc.ice_lite',
  'strategy.each_stream_max_sub strategy.cascade_push_close_sub strategy.auto_create_whip strategy.auto_create_whep',
  'strategy.auto_delete_whip strategy.auto_delete_whep',
  'sdp.video_codecs sdp.audio_codecs',
  'hooks.on_stream_created hooks.on_stream_deleted hooks.on_publish_started hooks.on_publish_stopped hooks.timeout_ms hooks.on_error',
  'recorder.index_path',
  'rtsp.listen rtsp.max_connections rtsp.session_timeout rtsp.realm',
  'net4mqtt.alias net4mqtt.mqtt_url net4mqtt.listen net4mqtt.domain',
  'stream.*.sources stream.*.targets stream.*.channel.listen stream.*.channel.target stream.*.on_demand',
  'stream.*.on_demand_close_after_ms stream.*.on_demand_start_timeout_ms',
  'stream.*.strategy.each_stream_max_sub stream.*.strategy.cascade_push_close_sub stream.*.strategy.auto_create_whip',
  'stream.*.strategy.auto_create_whep stream.*.strategy.auto_delete_whip stream.*.strategy.auto_delete_whep',
  'stream.*.hooks.on_stream_created stream.*.hooks.on_stream_deleted stream.*.hooks.on_publish_started',
  'stream.*.hooks.on_publish_stopped stream.*.hooks.timeout_ms stream.*.hooks.on_error',
  'nodes liveion',
  'cascade.check_attempts cascade.check_tick_time cascade.maximum_idle_time cascade.close_other_sub cascade.mode',
  'extra_ice.override_upstream_ice_servers',
  'auto_record.enabled auto_record.auto_streams auto_record.base_prefix auto_record.tick_ms auto_record.max_recording_seconds',
  'record_sync.enabled record_sync.tick_ms record_sync.limit',
].flatMap((line) => line.split(' '));

const PLANNED_PATHS: readonly (readonly string[])[] = PLANNED.map((key) => key.split('.'));

/**
 * Takes out of `table` what this version does not know yet.
 *
 * @returns the keys that were there, once each
 */
export function removePlannedKeys(table: ConfigTable, path: readonly string[] = []): string[] {
  return Object.keys(table).flatMap((name) => removeUnder(table, name, [...path, name]));
}

function removeUnder(table: ConfigTable, name: string, path: readonly string[]): string[] {
  if (PLANNED_PATHS.some((planned) => planned.length === path.length && startsWith(planned, path))) {
    Reflect.deleteProperty(table, name);
    return [path.join('.')];
  }
  const inner = table[name];
  if (!isTable(inner) || !PLANNED_PATHS.some((planned) => startsWith(planned, path))) return [];
  const removed = removePlannedKeys(inner, path);
  if (Object.keys(inner).length === 0) Reflect.deleteProperty(table, name);
  return removed;
}

function startsWith(planned: readonly string[], path: readonly string[]): boolean {
  return path.every((name, depth) => planned[depth] === '*' || planned[depth] === name);
}
