import type { IceServer } from './ice-server.js';

/** @returns one `Link` value for each URL (RFC 9725 section 4.6), in the order of the configuration */
export function linkHeadersOf(servers: readonly IceServer[]): string[] {
  return servers.flatMap(({ urls, username, credential }) => {
    const parameters =
      username === '' ? '' : `; username=${JSON.stringify(username)}; credential=${JSON.stringify(credential)}`;
    return urls.map((url) => `<${url}>; rel="ice-server"${parameters}`);
  });
}

/** @returns the same with what needs no credentials only */
export function withoutCredentials(servers: readonly IceServer[]): IceServer[] {
  return servers
    .map((server) => ({
      ...server,
      urls: server.urls.filter((url) => /^stuns?:/i.test(url)),
      username: '',
      credential: '',
    }))
    .filter(({ urls }) => urls.length > 0);
}
