/** Injects the {@link AppConfig}. */
export const APP_CONFIG = Symbol('APP_CONFIG');

/** Injects the URL of the engine's worker file, which only the entry file can tell. */
export const ENGINE_WORKER_URL = Symbol('ENGINE_WORKER_URL');
