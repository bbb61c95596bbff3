import { authProblems, hasCredentials } from './auth-schema.js';
import { exposedSecretProblems } from './exposed-secrets.js';
import { extraIceProblems } from './ice-schema.js';
import { isLoopback, parseListenAddress } from './formats.js';
import type { AppConfig } from './schema.js';
import { storageProblems } from './storage-options.js';
import { uploadProblems } from './upload-options.js';

/**
 * Values that are right each for itself and wrong together.
 *
 * @returns one sentence each
 */
export function contradictions(config: AppConfig): string[] {
  const { mode } = config.auth;
  const isGuarded = hasCredentials(config.auth);
  const problems = authProblems(config.auth);
  if (mode === 'none' && isGuarded) {
    problems.push('auth.mode is "none" while credentials are configured: remove one of the two.');
  }
  const address = parseListenAddress(config.http.listen)?.address ?? '';
  if (mode === 'auto' && !isGuarded && !isLoopback(address)) {
    problems.push(
      `http.listen is ${config.http.listen}, which other machines can reach, and nobody needs a token: set auth.tokens, auth.secret, auth.jwks_url or auth.accounts, or auth.mode = "none" when that is wanted.`,
    );
  }
  if (!isLoopback(address)) problems.push(...exposedSecretProblems(config));
  const { storage, backup_storage: backup, upload } = config.recorder;
  problems.push(...storageProblems('recorder.storage', storage), ...storageProblems('recorder.backup_storage', backup));
  problems.push(...uploadProblems(config.recorder));
  if (storage.type === 'fs' && !upload.enabled && backup.type !== 'none') {
    problems.push('recorder.backup_storage.type is set while recorder.storage.type is "fs": a backup is for buckets.');
  }
  problems.push(...portProblems(config), ...retentionProblems(config), ...extraIceProblems(config.extra_ice));
  return problems;
}

function portProblems({ http, webrtc }: AppConfig): string[] {
  const port = parseListenAddress(http.listen)?.port;
  if (webrtc.tcp_port === 0 || webrtc.tcp_port !== port) return [];
  return [`webrtc.tcp_port is ${String(port)}, and so is the port of http.listen: both are TCP, so they must differ.`];
}

function retentionProblems({ retention, recorder }: AppConfig): string[] {
  const { min_free_bytes: minFreeBytes } = retention;
  if (minFreeBytes === 0) return [];
  const { storage, upload } = recorder;
  if (storage.type !== 'fs' || upload.enabled) {
    const bucket = upload.enabled ? 'recorder.upload.enabled is true' : `recorder.storage.type is "${storage.type}"`;
    return [`retention.min_free_bytes is set while ${bucket}: what the spool keeps is up to recorder.spool_keep.`];
  }
  if (minFreeBytes > recorder.min_free_bytes) return [];
  return [
    `retention.min_free_bytes is ${String(minFreeBytes)} and recorder.min_free_bytes is ${String(recorder.min_free_bytes)}: recordings would be refused before any is deleted, so the first must be more.`,
  ];
}
