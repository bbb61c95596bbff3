// Exit code 0 when the server of this container answers. It asks no more than /livez: a container that cannot reach its
// database is not made better by a restart.
const { AIRCHECK_HTTP_LISTEN: listen = '127.0.0.1:7777' } = process.env;
const [port] = /\d+$/.exec(listen) ?? [];
const host = /^(?:0\.0\.0\.0|\[::\]|localhost):/.test(listen) ? '127.0.0.1' : listen.slice(0, listen.lastIndexOf(':'));

try {
  const response = await fetch(`http://${host}:${port}/livez`, { signal: AbortSignal.timeout(4000) });
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
