/** Where an endpoint of another server is, and what opens it. */
export interface RemoteUrl {
  /** http or https, without credentials. */
  readonly url: string;
  readonly token: string | undefined;
}

/**
 * `whep://token@host/whep/cam` and `wheps://…`, as live777 has them, or http and https, with or without a token.
 *
 * @returns undefined for anything else
 */
export function parseWhepUrl(text: string): RemoteUrl | undefined {
  return parseRemoteUrl(text, /^whep(s?):\/\//i);
}

/**
 * `whip://token@host/whip/cam` and `whips://…`, as live777 has them, or http and https, with or without a token.
 *
 * @returns undefined for anything else
 */
export function parseWhipUrl(text: string): RemoteUrl | undefined {
  return parseRemoteUrl(text, /^whip(s?):\/\//i);
}

function parseRemoteUrl(text: string, scheme: RegExp): RemoteUrl | undefined {
  const url = URL.parse(text.replace(scheme, 'http$1://'));
  if (url === null || !/^https?:$/.test(url.protocol) || url.password !== '') return undefined;
  const token = tokenOf(url.username);
  if (token === undefined) return undefined;
  url.username = '';
  return { url: url.href, token: token === '' ? undefined : token };
}

/** @returns undefined for what no header can have */
function tokenOf(text: string): string | undefined {
  try {
    const token = decodeURIComponent(text);
    return /^[\x20-\x7e]*$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
