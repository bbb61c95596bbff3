import { isTable, type ConfigTable } from './config-file.js';

/** Keys of live777.toml, liveman.toml and of our own plans that mean something this version does not do yet. `*` is any name. */
const PLANNED: readonly string[] = [
  'http.public',
  'webrtc.ice_udp_addrs webrtc.ice_lite',
  'sdp.video_codecs sdp.audio_codecs',
  'recorder.index_path',
  'rtsp.listen rtsp.max_connections rtsp.session_timeout rtsp.realm',
  'net4mqtt.alias net4mqtt.mqtt_url net4mqtt.listen net4mqtt.domain',
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
  if (Object.keys(inner).length === 0 && !isStream(path)) Reflect.deleteProperty(table, name);
  return removed;
}

/** Its table says that there is a stream, whatever is in it. */
function isStream([first, ...names]: readonly string[]): boolean {
  return first === 'stream' && names.length === 1;
}

function startsWith(planned: readonly string[], path: readonly string[]): boolean {
  return path.every((name, depth) => planned[depth] === '*' || planned[depth] === name);
}
