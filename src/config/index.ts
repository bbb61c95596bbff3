export { hasCredentials, type AuthConfig } from './auth-schema.js';
export { ConfigError } from './config.errors.js';
export {
  formatListenAddress,
  parseAnnouncedAddress,
  isLoopback,
  parseListenAddress,
  isHttpUrlOrEmpty,
  parseStunUrl,
  sqlitePath,
  type ListenAddress,
} from './formats.js';
export { loadConfig, type LoadedConfig } from './load-config.js';
export { isArgon2Hash, parseArgon2Hash, type Argon2Hash } from './password-hash.js';
export { parseWhepUrl, parseWhipUrl, type RemoteUrl } from './remote-url.js';
export type { AppConfig } from './schema.js';
export {
  storageConfigOf,
  type FsStorageConfig,
  type LivemanStorageConfig,
  type OssStorageConfig,
  type S3StorageConfig,
  type StorageConfig,
} from './storage-options.js';
export { mainStorageOf } from './upload-options.js';
export { SHORTEST_PASSWORD, weaknessOf } from './weak-secret.js';
export { isWebhookUrl } from './webhook-schema.js';
export { APP_CONFIG, ENGINE_WORKER_URL } from './token.js';
