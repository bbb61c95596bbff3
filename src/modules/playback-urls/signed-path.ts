import { isPartial, type PlaybackGrant } from './playback-grant.js';
import { SignedUrlScopeError } from './playback-urls.errors.js';

export const SIGNED_PREFIX = '/signed/';
const SIGNED = /^\/signed\/([^/?]*)(\/[^?]*)(?:\?(.*))?$/;
const VIEW = /^\/play\/([^/]+)\/[\w.-]+$/;
const EXPORT_FILE = /^\/api\/v1\/exports\/([^/]+)\/file$/;
const OBJECT = /^\/api\/record\/object\/(.+)$/;
/** What says which part of a stream is meant: the grant does, where it names one. */
const SELECTING = ['from', 'to', 'session', 'dvr'];

/** A path with a token in front of what it is good for, so that the relative addresses in manifests keep it. */
export interface SignedPath {
  readonly token: string;
  readonly path: string;
  readonly query: string;
}

/** @returns undefined for a path that is not signed */
export function parseSignedPath(url: string): SignedPath | undefined {
  const match = SIGNED.exec(url);
  if (match === null) return undefined;
  const [, token = '', path = '', query = ''] = match;
  return { token, path, query };
}

/** Where a signed request leads: a manifest or clip, the file of an export, or an object by its key, still encoded. */
export type SignedTarget =
  | { readonly type: 'view' | 'export'; readonly url: string }
  | { readonly type: 'object'; readonly url: string; readonly key: string };

/**
 * @returns the same without its token; of a view, of the part that was granted, whatever the query says
 * @throws {SignedUrlScopeError} for another stream, or what is no playback
 */
export function targetOf({ path, query }: SignedPath, grant: PlaybackGrant): SignedTarget {
  const exportId = EXPORT_FILE.exec(path)?.[1];
  if (exportId !== undefined || grant.exportId !== undefined) {
    if (exportId === undefined || decoded(exportId) !== grant.exportId) throw new SignedUrlScopeError();
    return { type: 'export', url: path };
  }
  const stream = VIEW.exec(path)?.[1];
  if (stream !== undefined) {
    if (decoded(stream) !== grant.stream) throw new SignedUrlScopeError();
    return { type: 'view', url: withQuery(path, selected(query, grant)) };
  }
  const key = OBJECT.exec(path)?.[1];
  if (key === undefined) throw new SignedUrlScopeError();
  return { type: 'object', url: withQuery(path, query), key };
}

function selected(query: string, grant: PlaybackGrant): string {
  if (!isPartial(grant)) return query;
  const parameters = new URLSearchParams(query);
  for (const name of SELECTING) parameters.delete(name);
  for (const [name, value] of Object.entries(grant.selection)) {
    if (typeof value === 'string') parameters.set(name, value);
  }
  return parameters.toString();
}

function withQuery(path: string, query: string): string {
  return query === '' ? path : `${path}?${query}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
